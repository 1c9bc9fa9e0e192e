import Artifacts
import Classifiers
import Foundation
import Images
import PixelCNN
import Tensors

/// Everything needed to draw images, from one folder: `vqvae.safetensors`, `prior-LEVEL.safetensors`
/// for each level, and `classifier.safetensors` and `critic.safetensors` where there are any. Codes that
/// another program drew take no priors.
public struct ModelFolder {
  /// Decodes codes into images.
  public let vqvae: LoadedVQVAE
  /// One prior per level, from the top; none where none were needed and not all are there.
  public let priors: [LoadedPrior]
  /// Says how likely an image is of the class asked for; nil if the folder has none.
  public let classifier: LoadedClassifier?
  /// Says how likely an image is real; nil if the folder has none.
  public let critic: LoadedClassifier?

  /// Reads the folder at `path`. Priors that are not needed may be missing. Convolutions multiply in
  /// `arithmetic`; nil for what each model was trained in.
  ///
  /// Throws a `FileError` if a file is missing or damaged, or if two do not belong together.
  public init(path: String, needsPriors: Bool = true, in arithmetic: Arithmetic? = nil) throws {
    func file(_ name: String) -> String { (path as NSString).appendingPathComponent(name) }
    func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
    vqvae = try LoadedVQVAE(path: file("vqvae.safetensors"), in: arithmetic)
    let levels = vqvae.levels.map { (name: $0.name, path: file("prior-\($0.name).safetensors")) }
    let missing = levels.first { !isThere($0.path) }
    if needsPriors, let missing {
      throw FileError(
        missing.path, "is missing", remedy: "train it with train-prior --level \(missing.name)")
    }
    priors = missing == nil ? try levels.map { try LoadedPrior(path: $0.path, in: arithmetic) } : []
    func classifier(
      _ name: String, for task: ClassifierConfiguration.Task?
    ) throws -> LoadedClassifier? {
      isThere(file(name)) ? try LoadedClassifier(path: file(name), for: task, in: arithmetic) : nil
    }
    self.classifier = try classifier("classifier.safetensors", for: nil)
    critic = try classifier("critic.safetensors", for: .realness)
    try checkThatFilesBelongTogether()
  }

  /// The role of a critic among the sources of samples.
  public static let criticRole = "critic"

  /// The digest of each model, by its role.
  public var sources: [String: String] {
    var sources = sourcesWithoutPriors
    for prior in priors {
      sources["prior-\(prior.model.configuration.level.name)"] = prior.file.digest
    }
    return sources
  }

  /// The digest of each model but the priors, by its role.
  public var sourcesWithoutPriors: [String: String] {
    var sources = [ArtifactKind.vqvae.rawValue: vqvae.file.digest]
    sources[ArtifactKind.classifier.rawValue] = classifier?.file.digest
    sources[Self.criticRole] = critic?.file.digest
    return sources
  }

  /// The names of the classes images can be asked for; empty if the top prior is unconditional. Without
  /// priors, those that the classifier knows.
  public var classNames: [String] {
    priors.first?.model.configuration.classNames
      ?? classifier?.model.configuration.classNames ?? []
  }

  /// The path of the file that knows the classes.
  public var classesPath: String { (priors.first?.file ?? classifier?.file ?? vqvae.file).path }

  /// A dataset with the classes of the models, if they have any, matched by name; it may have some of them.
  ///
  /// Throws a `FileError` naming the dataset by `path` if it has none or others.
  public func labelling(_ dataset: any ImageDataset, at path: String) throws -> any ImageDataset {
    guard !classNames.isEmpty else { return dataset }
    guard let labelled = RelabelledImages(dataset, as: classNames) else {
      let other = dataset.classNames.first { !classNames.contains($0) }
      throw FileError(
        path,
        other.map { "has the class \(quoted($0)), which \(classesPath) does not know" }
          ?? "has no classes, which \(classesPath) needs",
        remedy: "pass images in the classes of the models")
    }
    return labelled
  }

  /// Checks that codes can be drawn from the priors as `distributions` say.
  ///
  /// Throws a `FileError` naming a prior that knows no images of any class, where there is guidance.
  public func check(_ distributions: LevelDistributions) throws {
    for loaded in priors {
      let configuration = loaded.model.configuration
      guard distributions[configuration.level.name].isGuided, configuration.hiddenLabel == nil
      else { continue }
      throw FileError(
        loaded.file.path,
        configuration.classCount == 0
          ? "knows no classes, towards which --guidance could go"
          : "was trained without images of hidden class, which --guidance needs",
        remedy: configuration.classCount == 0
          ? "leave out --guidance" : "train it again with --class-dropout 0.1")
    }
  }

  private func checkThatFilesBelongTogether() throws {
    for (index, loaded) in priors.enumerated() {
      try loaded.file.checkSource(ArtifactKind.vqvae.rawValue, is: vqvae.file)
      let configuration = loaded.model.configuration
      guard configuration.level == vqvae.levels[index],
        configuration.conditions == Array(vqvae.levels[..<index])
      else {
        throw FileError(
          loaded.file.path, "is not the prior of level '\(vqvae.levels[index].name)'",
          remedy: "train it with --level \(vqvae.levels[index].name)")
      }
      guard configuration.classNames.isEmpty || configuration.classNames == classNames else {
        throw FileError(
          loaded.file.path, "knows other classes than \(priors[0].file.path)",
          remedy: "train both on the same codes")
      }
    }
    if let classifier { try check(classifier) }
    if let critic { try checkCritic(critic) }
  }

  /// A critic knows the mistakes of the priors whose samples it saw, and of no others.
  private func checkCritic(_ critic: LoadedClassifier) throws {
    try critic.file.checkSource(ArtifactKind.vqvae.rawValue, is: vqvae.file)
    for prior in priors {
      try critic.file.checkSource(
        "prior-\(prior.model.configuration.level.name)", is: prior.file)
    }
  }

  /// Checks that a classifier knows the images these models make, and their classes if they have
  /// any.
  ///
  /// Throws a `FileError` naming both if not.
  public func check(_ classifier: LoadedClassifier) throws {
    let names = classifier.model.configuration.classNames
    guard classNames.isEmpty || !classifier.knowsClasses || names == classNames,
      classifier.imageShape == vqvae.imageShape
    else {
      throw FileError(
        classifier.file.path, "is for other classes or images than \(vqvae.file.path)",
        remedy: "train a classifier on the images the VQ-VAE was trained on")
    }
  }
}
