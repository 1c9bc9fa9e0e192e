import Artifacts
import Classifiers
import Generation
import Images
import Models
import Tensors

/// Candidates of a sampling, with what their classifier and a judge make of them.
///
/// The judge had no part in choosing them: figures of its features say something that the scores,
/// by which candidates are turned away, do not.
public struct JudgedSamples {
  /// The class each was asked for, which indexes `classNames`; 0 for all where there are no classes.
  public let labels: [Int32]
  /// The number of each within its class.
  public let numbers: [Int]
  /// What decides whether each is kept, 0 to 1.
  public let scores: [Float]
  /// The judge's likeliest class; nil if it knows no classes.
  public let judgedLabels: [Int32]?
  /// The judge's features: [candidates, features].
  public let features: Tensor
  /// What the classes are called; where there are none, what all samples together are.
  public let classNames: [String]

  /// How many candidates there are.
  public var count: Int { labels.count }

  /// Candidates with all that is known of them; every array has one element for each.
  public init(
    labels: [Int32], numbers: [Int], scores: [Float], judgedLabels: [Int32]?, features: Tensor,
    classNames: [String]
  ) {
    precondition(
      [numbers.count, scores.count, judgedLabels?.count ?? labels.count, features.rows]
        .allSatisfy { $0 == labels.count }, "the candidates' properties differ in number")
    self.labels = labels
    self.numbers = numbers
    self.scores = scores
    self.judgedLabels = judgedLabels
    self.features = features
    self.classNames = classNames
  }

  /// Judges candidates by their images, one for each, of the judge's shape.
  ///
  /// - Parameters:
  ///   - classNames: the classes of the candidates; empty if they have none.
  ///   - progress: called with the number of images judged.
  /// - Throws: a `FileError` naming `path`, the file of the candidates, if they have no scores; one
  ///   naming the judge's if its features are not finite.
  public init(
    _ candidates: [Candidate], classNames: [String], images: [Image], by judge: LoadedClassifier,
    path: String,
    progress: (Int) -> Void = { _ in }
  ) throws {
    let scores = candidates.compactMap(\.score)
    guard scores.count == candidates.count else {
      throw FileError(
        path, "has candidates without scores, so that there is nothing to choose them by",
        remedy: "sample with a classifier.safetensors or critic.safetensors in the folder of models"
      )
    }
    let judgement = try judge.judgement(of: images, progress: progress)
    self.init(
      labels: candidates.map { max($0.label, 0) }, numbers: candidates.map(\.number),
      scores: scores,
      judgedLabels: judge.knowsClasses && !classNames.isEmpty ? judgement.labels : nil,
      features: judgement.features, classNames: classNames.isEmpty ? ["any"] : classNames)
  }
}

extension LoadedClassifier {
  /// The likeliest class of each image, and the features it follows from: [images, features].
  ///
  /// - Parameter progress: called with the number of images done.
  /// - Throws: a `FileError` if a feature is not finite.
  public func judgement(
    of images: [Image], progress: (Int) -> Void = { _ in }
  ) throws -> (labels: [Int32], features: Tensor) {
    var labels: [Int32] = []
    var features: [Float] = []
    for start in stride(from: 0, to: images.count, by: 100) {
      let batch = images[start..<min(start + 100, images.count)]
      let tensor = Tensor(imageBytes: batch.flatMap(\.bytes), shape: images[0].shape)
      let found = model.features(of: tensor)
      labels += try probabilities(ofFeatures: found).indicesOfLargest()
      features += found.buffer
      progress(labels.count)
    }
    guard features.allSatisfy(\.isFinite) else {
      throw FileError(
        file.path, "finds features that are not finite", remedy: "train the judge again")
    }
    let width = images.isEmpty ? 0 : features.count / images.count
    return (labels, Tensor(features, shape: [images.count, width]))
  }
}
