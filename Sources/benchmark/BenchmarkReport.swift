import Artifacts
import CommandLineTools
import Foundation

/// One measurement of one side.
struct BenchmarkResult: Codable {
  /// "ours", or a variant of the other side.
  var side: String
  /// The numbers that products multiply: "float32" or "bfloat16".
  var arithmetic: String
  /// The case.
  var name: String
  /// The median of the repetitions.
  var seconds: Double
  /// The most memory the process had resident.
  var peakBytes: Int
  /// What one repetition computes, where known.
  var multiplyAdds: Int?
  /// What fraction of the time each kind of work takes, where known.
  var shares: [String: Double]?

  /// One line of JSON.
  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }
}

/// The tables of a benchmark: ours and theirs at their best, of all variants in either arithmetic, and in
/// float32 alone, and the ratios, medians over all rounds; and what ours is made of. A sampler that runs the
/// whole network for each position has rows of its own, besides those that cache.
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
      "case", "ours", "in", "of peak", "theirs", "variant", "in", "ratio", "float32: ours",
      "theirs",
      "ratio", "memory", "theirs", "ratio",
    ])
    for name in names {
      guard let ours = ours(name), let inFloat32 = median(side: "ours", "float32", name)
      else { continue }
      let theirs = best(name, in: Self.arithmetics)
      table.addRow(row(ours, theirs, inFloat32: (inFloat32, best(name, in: ["float32"]))))
      if let whole = median(side: "whole", "float32", name) {
        table.addRow(row(ours, whole, inFloat32: (inFloat32, whole)))
      }
    }
    return [table.description, noteOnArithmetic, sharesTable].compactMap(\.self)
      .joined(separator: "\n\n")
  }

  private static let arithmetics = ["float32", "bfloat16"]

  /// Ours in its faster arithmetic.
  private func ours(_ name: String) -> BenchmarkResult? {
    fastest(of: ["ours"], name, in: Self.arithmetics)
  }

  /// The fastest variant of the other side that is not a row of its own.
  private func best(_ name: String, in arithmetics: [String]) -> BenchmarkResult? {
    let sides = Set(results.filter { $0.name == name }.map(\.side)).subtracting(["ours", "whole"])
    return fastest(of: sides, name, in: arithmetics)
  }

  private func fastest(
    of sides: Set<String>, _ name: String, in arithmetics: [String]
  ) -> BenchmarkResult? {
    sides.flatMap { side in arithmetics.compactMap { median(side: side, $0, name) } }
      .min { $0.seconds < $1.seconds }
  }

  private var noteOnArithmetic: String? {
    guard !results.contains(where: { $0.arithmetic == "bfloat16" }) else { return nil }
    return """
      All was timed in float32 only: bfloat16 counts where /proc/cpuinfo lists avx512_bf16, \
      amx_bf16 or bf16.
      """
  }

  /// What fraction of our time each kind of work takes.
  private var sharesTable: String? {
    let shared = names.compactMap(ours).filter { $0.shares != nil }
    let kinds = Set(shared.flatMap { $0.shares?.keys.map(\.self) ?? [] }).sorted()
    guard !kinds.isEmpty else { return nil }
    var table = TextTable(["case"] + kinds)
    for result in shared {
      table.addRow(
        [result.name] + kinds.map { String(format: "%.1f %%", 100 * (result.shares?[$0] ?? 0)) })
    }
    return table.description
  }

  private func row(
    _ ours: BenchmarkResult, _ theirs: BenchmarkResult?,
    inFloat32 other: (ours: BenchmarkResult, theirs: BenchmarkResult?)
  ) -> [String] {
    let own = [ours.name, milliseconds(ours.seconds), ours.arithmetic, fractionOfPeak(ours)]
    let ownMemory = mebibytes(ours.peakBytes)
    guard let theirs else {
      return own + ["–", "–", "–", "–", milliseconds(other.ours.seconds), "–", "–", ownMemory]
        + ["–", "–"]
    }
    return own + [
      milliseconds(theirs.seconds), theirs.side, theirs.arithmetic,
      ratio(theirs.seconds, ours.seconds), milliseconds(other.ours.seconds),
      other.theirs.map { milliseconds($0.seconds) } ?? "–",
      other.theirs.map { ratio($0.seconds, other.ours.seconds) } ?? "–", ownMemory,
      mebibytes(theirs.peakBytes), ratio(Double(ours.peakBytes), Double(theirs.peakBytes)),
    ]
  }

  /// The speed of a case over that of the largest matrix product; above 1 where minimal filtering saves
  /// multiplications.
  private func fractionOfPeak(_ result: BenchmarkResult) -> String {
    guard let yardstick = median(side: "ours", "float32", BenchmarkCase.matrixProduct.rawValue),
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

  private func median(side: String, _ arithmetic: String, _ name: String) -> BenchmarkResult? {
    let matching =
      results
      .filter { $0.side == side && $0.arithmetic == arithmetic && $0.name == name }
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
