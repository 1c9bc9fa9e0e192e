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

  /// An error of any kind that came of reading the image called `name`.
  init(_ error: any Error, about name: String) {
    switch error {
    case let error as ImageError: self = error
    case let error as FileError: self.init(error.path, error.problem, remedy: error.remedy)
    default: self.init(name, "cannot be read: \(error)", remedy: "export it again")
    }
  }

  /// The line: subject, problem and remedy, as `FileError` has it.
  public var description: String { "\(subject) \(problem); \(remedy)" }
}
