import ArgumentParser
import Artifacts
import Images
import Models
import Tensors
import VQVAE

/// The flags that say what a VQ-VAE's reconstructions should be besides close to the images; nil until
/// the user sets them.
struct ObjectiveOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      A classifier of the same images: reconstructions should be like the images in its features too, \
      which makes them sharper. Not the judge (--architecture residual), which would judge its own work. \
      (default: none)
      """, valueName: "path"))
  var features: String?

  @Option(
    help: ArgumentHelp(
      "With --features: the weight of the distance in its features. (default: 0.02)",
      valueName: "weight"))
  var featureWeight: Float?

  @Option(
    help: ArgumentHelp(
      """
      Train a small network to tell reconstructions from images, patch by patch, and the decoder to \
      deceive it, with this weight: 1 pulls the decoder as hard as closeness to the images does. Makes \
      the detail that codes have no room for. (default: 0)
      """, valueName: "weight"))
  var adversarialWeight: Float?

  @Option(
    help: ArgumentHelp(
      "With --adversarial-weight: the fraction of the steps before it enters. (default: 0.5)",
      valueName: "fraction"))
  var adversarialStart: Float?

  /// The name of a flag of these that was given, if one was.
  var given: String? {
    firstGiven([
      ("--features", features != nil), ("--feature-weight", featureWeight != nil),
      ("--adversarial-weight", adversarialWeight != nil),
      ("--adversarial-start", adversarialStart != nil),
    ])
  }

  func validate() throws {
    if featureWeight != nil && features == nil {
      throw ValidationError("--feature-weight needs --features.")
    }
    if !((featureWeight ?? 1) > 0 && (featureWeight ?? 1).isFinite) {
      throw ValidationError("--feature-weight is positive.")
    }
    if !((adversarialWeight ?? 0) >= 0 && (adversarialWeight ?? 0).isFinite) {
      throw ValidationError("--adversarial-weight is not negative.")
    }
    if adversarialStart != nil && (adversarialWeight ?? 0) == 0 {
      throw ValidationError("--adversarial-start needs --adversarial-weight.")
    }
    if !(0..<1).contains(adversarialStart ?? 0) {
      throw ValidationError("--adversarial-start lies in [0, 1).")
    }
  }

  /// The weight of the distance in features; nil without features.
  var usedFeatureWeight: Float? { features.map { _ in featureWeight ?? 0.02 } }

  /// The discriminator's part; nil without one.
  var adversary: VQVAEConfiguration.Adversary? {
    guard let adversarialWeight, adversarialWeight > 0 else { return nil }
    return .init(weight: adversarialWeight, start: adversarialStart ?? 0.5)
  }

  /// The classifier whose features count, if there is one, for images of `shape`. Its convolutions
  /// multiply in `arithmetic`; nil for what it was trained in.
  ///
  /// Throws a `FileError` if it cannot be read, is for other images, or is a judge.
  func classifier(
    for shape: ImageShape, in arithmetic: Arithmetic?
  ) throws -> LoadedClassifier? {
    guard let features else { return nil }
    let loaded = try LoadedClassifier(path: features, in: arithmetic)
    if loaded.model.configuration.architecture == .residual {
      throw FileError(
        features, "is a judge, which cannot judge what its own features have made",
        remedy: "train another with train-classifier --architecture plain")
    }
    guard loaded.imageShape == shape else {
      throw FileError(
        features, "is for images of \(spoken(loaded.imageShape)), not of \(spoken(shape))",
        remedy: "train a classifier on the images the VQ-VAE is trained on, with the same --size")
    }
    return loaded
  }

  private func spoken(_ shape: ImageShape) -> String {
    "\(shape.size) in \(shape.color.spoken)"
  }
}
