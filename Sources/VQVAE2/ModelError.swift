import Images

/// What cannot be done with a model, in one line. Files have errors of their own, `FileError` and
/// `ImageError`.
public enum ModelError: Error, Equatable, CustomStringConvertible {
  /// An image has another shape than the model's.
  case imageShape(found: ImageShape, expected: ImageShape)
  /// Codes are not those of the model's levels; the text says how.
  case codes(String)
  /// There is no class of this name among the known ones.
  case unknownClass(String, known: [String])
  /// What was asked for is impossible; the text says why.
  case request(String)

  /// The line.
  public var description: String {
    switch self {
    case .imageShape(let found, let expected):
      "an image of \(found.size) with \(found.channels) channels is given to a model of "
        + "\(expected.size) with \(expected.channels)"
    case .codes(let problem): "these are no codes of the model: \(problem)"
    case .unknownClass(let name, let known):
      "there is no class '\(name)'; there are: \(known.joined(separator: ", "))"
    case .request(let problem): problem
    }
  }
}
