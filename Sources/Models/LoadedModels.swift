import Artifacts
import Classifiers
import Images
import NeuralNetworks
import PixelCNN
import Tensors
import VAE
import VQVAE

/// A model from its file.
public struct LoadedModel<Model: StoredModel> {
  /// The file it came from.
  public let file: ArtifactFile
  /// The model.
  public let model: Model

  /// Reads the file at `path`. Its convolutions multiply in `arithmetic`; nil for what it was trained in.
  ///
  /// Throws a `FileError` if it is not a whole model of this kind.
  public init(path: String, in arithmetic: Arithmetic? = nil) throws {
    file = try ArtifactFile(path: path, kind: Model.kind)
    var configuration = try file.configuration(
      as: TrainedConfiguration<Model.Configuration>.self
    ).model
    if let problem = configuration.problem {
      throw FileError(
        path, "has an impossible configuration (\(problem))", remedy: "make the file again")
    }
    configuration.arithmetic = arithmetic ?? configuration.arithmetic
    model = Model(configuration, start: .zero(limit: file.tensors.largestRealCount))
    try model.parameters.load(from: file)
  }
}

/// A VQ-VAE from its file.
public typealias LoadedVQVAE = LoadedModel<VQVAE>
/// A VAE from its file.
public typealias LoadedVAE = LoadedModel<VAE>
/// An autoencoder from its file.
public typealias LoadedAutoencoder = LoadedModel<Autoencoder>
/// A prior from its file.
public typealias LoadedPrior = LoadedModel<Prior>
/// A classifier from its file.
public typealias LoadedClassifier = LoadedModel<Classifier>

extension LoadedModel where Model.Configuration: ImageConfiguration {
  /// The shape of the images that go into it.
  public var imageShape: ImageShape {
    let configuration = model.configuration
    return ImageShape(
      size: ImageSize(height: configuration.imageHeight, width: configuration.imageWidth),
      channels: configuration.imageChannels)
  }
}

extension LoadedVQVAE {
  /// Its levels, from the top.
  public var levels: [CodeLevel] {
    model.configuration.levels.enumerated().map { index, level in
      let map = model.configuration.mapSize(ofLevel: index)
      return CodeLevel(
        name: level.name, height: map.height, width: map.width, codebookSize: level.codebookSize)
    }
  }
}

/// A network that can be built from its configuration and filled from a file.
public protocol StoredModel {
  /// What says how it is built.
  associatedtype Configuration: StartableConfiguration
  /// What its files say they hold.
  static var kind: ArtifactKind { get }
  /// What was built.
  var configuration: Configuration { get }
  /// All weights.
  var parameters: ParameterStore { get }
  /// Builds it; the configuration must have no `problem`.
  init(_ configuration: Configuration, start: ParameterStore.Start)
}

extension VQVAE: StoredModel {
  /// That of a VQ-VAE.
  public static var kind: ArtifactKind { .vqvae }
}

extension VAE: StoredModel {
  /// That of a VAE.
  public static var kind: ArtifactKind { .vae }
}

extension Autoencoder: StoredModel {
  /// That of an autoencoder.
  public static var kind: ArtifactKind { .autoencoder }
}

extension Prior: StoredModel {
  /// That of a prior.
  public static var kind: ArtifactKind { .prior }
}

extension Classifier: StoredModel {
  /// That of a classifier.
  public static var kind: ArtifactKind { .classifier }
}

/// The configuration of a network that images go into.
public protocol ImageConfiguration {
  /// The height of the images in pixels.
  var imageHeight: Int { get }
  /// Their width in pixels.
  var imageWidth: Int { get }
  /// Their channels: 1 of grey, 3 of coloured ones.
  var imageChannels: Int { get }
}

extension VQVAEConfiguration: ImageConfiguration {}
extension VAEConfiguration: ImageConfiguration {}
extension AutoencoderConfiguration: ImageConfiguration {}
extension ClassifierConfiguration: ImageConfiguration {}
