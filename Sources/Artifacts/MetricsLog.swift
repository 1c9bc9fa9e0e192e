import Foundation

/// The figures of a training, one JSON object per line, in `NAME.metrics.jsonl` beside its model.
///
/// ```
/// {"step":100,"loss":0.0123,"perplexity top":15.2}
/// ```
/// A training that is resumed at some step drops the lines after it, so that the file reads like
/// that of one that was never interrupted.
public final class MetricsLog {
  /// Where the lines are.
  public let path: String
  private let file: FileHandle

  /// Opens the log of a training that will write its model at `outputPath`.
  ///
  /// Starts an empty log, or keeps the lines up to and including the step to resume at. Throws a
  /// `FileError` if the file cannot be read or written.
  public init(besides outputPath: String, resumingAt step: Int? = nil) throws {
    let path = companionPath(of: outputPath, "metrics.jsonl")
    let kept = step.map { Self.lines(of: path, upTo: $0) } ?? []
    try AtomicFile.write(kept.map { $0 + "\n" }.joined().utf8, to: path)
    guard let file = FileHandle(forWritingAtPath: path) else {
      throw FileError.system(path, "cannot be written")
    }
    self.path = path
    self.file = file
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
  }

  /// The whole lines of steps up to `last`; a line cut short by a crash is not one.
  private static func lines(of path: String, upTo last: Int) -> [String] {
    guard let data = FileManager.default.contents(atPath: path) else { return [] }
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
      .filter { line in
        let recorded = try? JSONDecoder().decode(RecordedStep.self, from: Data(line.utf8))
        return recorded.map { $0.step <= last } ?? false
      }
  }

  private struct RecordedStep: Decodable {
    let step: Int
  }

  private static func jsonString(_ text: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
  }
}
