/// What is wrong with a file or a request about images, in one line that says what to do.
public struct ImageError: Error, CustomStringConvertible, Equatable {
  /// The file, folder or setting at fault.
  public let subject: String
  /// What is wrong with it.
  public let problem: String
  /// What the reader of the line can do about it.
  public let remedy: String

  init(_ subject: String, _ problem: String, remedy: String) {
    self.subject = printable(subject)
    self.problem = printable(problem)
    self.remedy = remedy
  }

  /// The line: `subject: problem; remedy`.
  public var description: String { "\(subject): \(problem); \(remedy)" }
}

/// The text with control characters replaced, so that a file name cannot break or forge a line.
private func printable(_ text: String) -> String {
  var scalars = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    scalars.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
  }
  return String(scalars)
}
