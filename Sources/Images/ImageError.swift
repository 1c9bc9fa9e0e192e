import Artifacts

/// What is wrong with a file or a request about images, in one line that says what to do.
public struct ImageError: Error, CustomStringConvertible, Equatable {
  /// The file, folder or setting at fault.
  public let subject: String
  /// What is wrong with it.
  public let problem: String
  /// What the reader of the line can do about it.
  public let remedy: String

  init(_ subject: String, _ problem: String, remedy: String) {
    self.subject = onOneLine(subject)
    self.problem = onOneLine(problem)
    self.remedy = remedy
  }

  /// The line: subject, problem and remedy, as `FileError` has it.
  public var description: String { "\(subject) \(problem); \(remedy)" }
}
