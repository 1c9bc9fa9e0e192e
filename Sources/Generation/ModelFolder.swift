import Artifacts
import Classifiers
import Foundation
import PixelCNN
import Training

/// Everything needed to draw images, from one folder: `vqvae.safetensors`, `prior-LEVEL.safetensors`
/// for each level, and `classifier.safetensors` where there is one.
public struct ModelFolder {
  /// Decodes codes into images.
  public let vqvae: LoadedVQVAE
  /// One prior per level, from the top.
  public let priors: [LoadedPrior]
  /// Scores the images; nil if the folder has none.
  public let classifier: LoadedClassifier?

  /// Reads the folder at `path`.
  ///
  /// Throws a `FileError` if a file is missing or damaged, or if two do not belong together.
  public init(path: String) throws {
    func file(_ name: String) -> String { (path as NSString).appendingPathComponent(name) }
    vqvae = try LoadedVQVAE(path: file("vqvae.safetensors"))
    priors = try vqvae.levels.map { try LoadedPrior(path: file("prior-\($0.name).safetensors")) }
    let classifierPath = file("classifier.safetensors")
    classifier =
      FileManager.default.fileExists(atPath: classifierPath)
      ? try LoadedClassifier(path: classifierPath) : nil
    try checkThatFilesBelongTogether()
  }

  /// The names of the classes images can be asked for; empty if the top prior is unconditional.
  public var classNames: [String] { priors[0].prior.configuration.classNames }

  private func checkThatFilesBelongTogether() throws {
    for (index, loaded) in priors.enumerated() {
      try loaded.file.checkSource(ArtifactKind.vqvae.rawValue, is: vqvae.file)
      let configuration = loaded.prior.configuration
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
    guard let classifier, !classNames.isEmpty else { return }
    let configuration = classifier.classifier.configuration
    guard configuration.classNames == classNames,
      configuration.imageHeight == vqvae.imageShape.height,
      configuration.imageWidth == vqvae.imageShape.width,
      configuration.imageChannels == vqvae.imageShape.channels
    else {
      throw FileError(
        classifier.file.path, "is for other classes or images than \(vqvae.file.path)",
        remedy: "train a classifier on the images the VQ-VAE was trained on")
    }
  }
}
