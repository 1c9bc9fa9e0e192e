import Artifacts
import Classifiers
import Tensors

extension LoadedClassifier {
  /// Reads the file at `path`, which must be for `task`; nil for classes of images. Its convolutions
  /// multiply in `arithmetic`; nil for what it was trained in.
  ///
  /// Throws a `FileError` if it is not a whole classifier, or one for something else.
  public init(
    path: String, for task: ClassifierConfiguration.Task?, in arithmetic: Arithmetic? = nil
  ) throws {
    try self.init(path: path, in: arithmetic)
    guard model.configuration.task == task else {
      throw FileError(
        path, "tells \(Self.subject(model.configuration.task)), not \(Self.subject(task))",
        remedy: "pass another, or keep this one under another name")
    }
  }

  /// Whether it knows classes that images are sorted into.
  public var knowsClasses: Bool { model.configuration.task == nil }

  /// The probability of each class: [images, classes], rows that sum to 1.
  ///
  /// - Parameter images: [images, height, width, channels] in [-1, 1].
  /// - Throws: a `FileError` if one is not a number: weights may be finite and still absurd.
  public func probabilities(of images: Tensor) throws -> Tensor {
    try checked(model.probabilities(of: images))
  }

  /// The probability of each class: [images, classes], rows that sum to 1.
  ///
  /// - Parameter features: what `features(of:)` of the classifier returned, [images, features].
  /// - Throws: a `FileError` if one is not a number.
  public func probabilities(ofFeatures features: Tensor) throws -> Tensor {
    try checked(model.probabilities(ofFeatures: features))
  }

  private func checked(_ probabilities: Tensor) throws -> Tensor {
    guard probabilities.buffer.allSatisfy(\.isFinite) else {
      throw FileError(
        file.path, "gives an image a probability that is not a number",
        remedy: "train it again, with a lower --learning-rate")
    }
    return probabilities
  }

  private static func subject(_ task: ClassifierConfiguration.Task?) -> String {
    switch task {
    case nil: "classes of images apart"
    case .rotation: "which way up pictures are"
    case .realness: "real pictures from drawn ones"
    }
  }
}
