import Foundation

/// The figures of a training, one JSON object per line, in `NAME.metrics.jsonl` beside its model.
///
/// ```
/// {"step":100,"loss":0.0123,"perplexity top":15.2}
/// ```
/// A training that is resumed at some step drops the lines after it, so that the file reads like
/// that of one that was never interrupted.
public final class MetricsLog {
  /// The figures of one line.
  public struct Record: Sendable {
    /// After which step they were.
    public let step: Int
    /// The figures by name; those that are not finite are left out.
    public let values: [String: Double]
  }

  /// Where the lines are.
  public let path: String
  /// All lines, in their order.
  public private(set) var records: [Record]
  private let file: FileHandle

  /// Opens the log of a training that will write its model at `outputPath`.
  ///
  /// Starts an empty log, or keeps the lines up to and including the step to resume at. Throws a
  /// `FileError` if the file cannot be read or written.
  public init(besides outputPath: String, resumingAt step: Int? = nil) throws {
    let path = companionPath(of: outputPath, "metrics.jsonl")
    let kept = step.map { Self.lines(of: path, upTo: $0) } ?? []
    try AtomicFile.write(kept.map { $0.line + "\n" }.joined().utf8, to: path)
    guard let file = FileHandle(forWritingAtPath: path) else {
      throw FileError.system(path, "cannot be written")
    }
    self.path = path
    self.file = file
    records = kept.map(\.record)
  }

  /// Adds a line.
  ///
  /// Numbers that are not finite are written as strings: "nan", "inf", "-inf". Throws a `FileError` if
  /// it cannot be written.
  public func append(step: Int, _ figures: [Figure]) throws {
    let fields = figures.map { figure in
      let value = figure.value.isFinite ? "\(figure.value)" : "\"\(figure.value)\""
      return "\(Self.jsonString(figure.name)):\(value)"
    }
    let line = "{" + (["\"step\":\(step)"] + fields).joined(separator: ",") + "}\n"
    do {
      try file.seekToEnd()
      try file.write(contentsOf: Data(line.utf8))
    } catch {
      throw FileError.system(path, "cannot be written")
    }
    let finite = figures.filter(\.value.isFinite).map { ($0.name, $0.value) }
    records.append(Record(step: step, values: Dictionary(finite, uniquingKeysWith: { $1 })))
  }

  /// The whole lines of steps up to `last`; a line cut short by a crash is not one.
  private static func lines(
    of path: String, upTo last: Int
  ) -> [(line: String, record: Record)] {
    guard let data = FileManager.default.contents(atPath: path) else { return [] }
    return String(decoding: data, as: UTF8.self).split(separator: "\n").compactMap { line in
      let fields = try? JSONDecoder().decode([String: Field].self, from: Data(line.utf8))
      guard let fields, let step = fields["step"]?.number.flatMap({ Int(exactly: $0) }),
        step <= last
      else { return nil }
      let values = fields.compactMapValues(\.number).filter { $0.key != "step" }
      return (String(line), Record(step: step, values: values))
    }
  }

  /// A value of a line; without a number where it is a string.
  private struct Field: Decodable {
    let number: Double?

    init(from decoder: any Decoder) throws {
      number = try? decoder.singleValueContainer().decode(Double.self)
    }
  }

  private static func jsonString(_ text: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
  }
}
