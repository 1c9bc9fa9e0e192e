import Artifacts
import CommandLineTools
import Foundation

/// One measurement of one side.
struct BenchmarkResult: Codable {
  /// "ours", or a variant of the other side.
  var side: String
  /// The case.
  var name: String
  /// The median of the repetitions.
  var seconds: Double
  /// The most memory the process had resident.
  var peakBytes: Int
  /// What one repetition computes, where known.
  var multiplyAdds: Int?

  /// One line of JSON.
  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }
}

/// The table of a benchmark: ours, theirs at its best, and the ratios, medians over all rounds. A sampler
/// that runs the whole network for each position has rows of its own, besides those that cache.
struct BenchmarkReport: CustomStringConvertible {
  private let results: [BenchmarkResult]

  /// Reads results, one JSON object per line.
  ///
  /// Throws a `FileError` if the file cannot be read or a line is no result.
  init(path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw FileError.system(path, "cannot be read")
    }
    results = try data.split(separator: UInt8(ascii: "\n")).map { line in
      guard let result = try? JSONDecoder().decode(BenchmarkResult.self, from: line) else {
        throw FileError(path, "has a line that is no result", remedy: "run the benchmark again")
      }
      return result
    }
  }

  var description: String {
    var table = TextTable([
      "case", "ours", "of peak", "theirs", "variant", "ratio", "memory", "theirs", "ratio",
    ])
    for name in names {
      guard let ours = median(side: "ours", name) else { continue }
      let sides = Set(results.filter { $0.name == name }.map(\.side)).subtracting(["ours", "whole"])
      let best = sides.compactMap { median(side: $0, name) }.min { $0.seconds < $1.seconds }
      table.addRow(row(ours, best))
      if let whole = median(side: "whole", name) { table.addRow(row(ours, whole)) }
    }
    return table.description
  }

  private func row(_ ours: BenchmarkResult, _ theirs: BenchmarkResult?) -> [String] {
    let own = [ours.name, milliseconds(ours.seconds), fractionOfPeak(ours)]
    let ownMemory = mebibytes(ours.peakBytes)
    guard let theirs else { return own + ["–", "–", "–", ownMemory, "–", "–"] }
    return own + [
      milliseconds(theirs.seconds), theirs.side, ratio(theirs.seconds, ours.seconds), ownMemory,
      mebibytes(theirs.peakBytes), ratio(Double(ours.peakBytes), Double(theirs.peakBytes)),
    ]
  }

  /// The speed of a case over that of the largest matrix product; above 1 where minimal filtering saves
  /// multiplications.
  private func fractionOfPeak(_ result: BenchmarkResult) -> String {
    guard let yardstick = median(side: "ours", BenchmarkCase.matrixProduct.rawValue),
      let peak = speed(yardstick), let reached = speed(result)
    else { return "–" }
    return String(format: "%.0f %%", 100 * reached / peak)
  }

  private func speed(_ result: BenchmarkResult) -> Double? {
    result.multiplyAdds.map { Double($0) / result.seconds }
  }

  private var names: [String] {
    results.reduce(into: []) { names, result in
      if !names.contains(result.name) { names.append(result.name) }
    }
  }

  private func median(side: String, _ name: String) -> BenchmarkResult? {
    let matching = results.filter { $0.side == side && $0.name == name }
      .sorted { $0.seconds < $1.seconds }
    return matching.isEmpty ? nil : matching[matching.count / 2]
  }

  private func milliseconds(_ seconds: Double) -> String {
    String(format: "%.1f ms", seconds * 1000)
  }

  private func mebibytes(_ bytes: Int) -> String { "\(bytes >> 20) MiB" }

  private func ratio(_ left: Double, _ right: Double) -> String {
    String(format: "%.2f", left / max(right, 1e-12))
  }
}
