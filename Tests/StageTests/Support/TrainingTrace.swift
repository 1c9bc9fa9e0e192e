import Artifacts
import Foundation

/// What a training left: its losses, and where its codebooks are.
struct TrainingTrace {
  /// Each figure of each line of the metrics, but the speed.
  private var figures: [[String: Double]]
  /// The entries of each codebook, by name.
  private var codebooks: [String: [Float]] = [:]

  /// Reads what the training of `NAME.safetensors` left.
  init(_ name: String, in folder: TemporaryFolder) throws {
    figures = try String(decoding: folder.read("\(name).metrics.jsonl"), as: UTF8.self)
      .split(separator: "\n").map {
        try JSONDecoder().decode([String: Double].self, from: Data($0.utf8))
          .filter { $0.key != "images/s" }
      }
    let file = try SafetensorsFile(path: folder("\(name).safetensors"))
    for tensor in file.names where tensor.hasSuffix("codebook.entries") {
      codebooks[tensor] = try file.readFloats(tensor)
    }
  }

  /// How far it is from another: relatively, the losses of steps and of held-out images; absolutely, the
  /// codebooks. Infinite where one has what the other lacks.
  func distance(to other: TrainingTrace) -> (losses: Double, codebooks: Float) {
    guard figures.map(\.keys.count) == other.figures.map(\.keys.count),
      codebooks.keys == other.codebooks.keys
    else { return (.infinity, .infinity) }
    let losses = zip(figures, other.figures).flatMap { own, other in
      ["loss", "held-out error", "held-out ELBO", "held-out nats/code"].compactMap { figure in
        own[figure].map { abs($0 / (other[figure] ?? .nan) - 1) }
      }
    }
    let entries = codebooks.flatMap { name, entries in
      zip(entries, other.codebooks[name] ?? []).map { abs($0 - $1) }
    }
    return (losses.max() ?? .infinity, entries.max() ?? 0)
  }
}
