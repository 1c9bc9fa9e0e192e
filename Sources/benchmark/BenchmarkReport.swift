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

/// The table of a benchmark: ours, theirs at its best, and the ratios, medians over all rounds.
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
      let ours = median(side: "ours", name)
      guard let ours else { continue }
      let others = Set(results.filter { $0.name == name && $0.side != "ours" }.map(\.side))
      let best = others.compactMap { side in median(side: side, name).map { (side, $0) } }
        .min { $0.1.seconds < $1.1.seconds }
      table.addRow([
        name, milliseconds(ours.seconds), fractionOfPeak(ours),
        best.map { milliseconds($0.1.seconds) } ?? "–",
        best?.0 ?? "–", best.map { ratio($0.1.seconds, ours.seconds) } ?? "–",
        mebibytes(ours.peakBytes), best.map { mebibytes($0.1.peakBytes) } ?? "–",
        best.map { ratio(Double(ours.peakBytes), Double($0.1.peakBytes)) } ?? "–",
      ])
    }
    return table.description
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
