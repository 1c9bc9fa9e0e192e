import Artifacts
import Classifiers
import Images
import NeuralNetworks
import PixelCNN
import VAE
import VQVAE

/// A VQ-VAE from its file.
public struct LoadedVQVAE {
  /// The file it came from.
  public let file: ArtifactFile
  /// The model.
  public let model: VQVAE

  /// Reads the file at `path`.
  ///
  /// Throws a `FileError` if it is not a whole VQ-VAE.
  public init(path: String) throws {
    (file, model) = try readModel(path: path, kind: .vqvae, build: VQVAE.init)
  }

  /// The shape of the images it encodes and decodes.
  public var imageShape: ImageShape { model.configuration.imageShape }

  /// Its levels, from the top.
  public var levels: [CodeLevel] {
    model.configuration.levels.enumerated().map { index, level in
      let map = model.configuration.mapSize(ofLevel: index)
      return CodeLevel(
        name: level.name, height: map.height, width: map.width, codebookSize: level.codebookSize)
    }
  }
}

/// A VAE from its file.
public struct LoadedVAE {
  /// The file it came from.
  public let file: ArtifactFile
  /// The model.
  public let model: VAE

  /// Reads the file at `path`.
  ///
  /// Throws a `FileError` if it is not a whole VAE.
  public init(path: String) throws {
    (file, model) = try readModel(path: path, kind: .vae, build: VAE.init)
  }

  /// The shape of the images it encodes and decodes.
  public var imageShape: ImageShape { model.configuration.imageShape }
}

/// An autoencoder from its file.
public struct LoadedAutoencoder {
  /// The file it came from.
  public let file: ArtifactFile
  /// The model.
  public let model: Autoencoder

  /// Reads the file at `path`.
  ///
  /// Throws a `FileError` if it is not a whole autoencoder.
  public init(path: String) throws {
    (file, model) = try readModel(path: path, kind: .autoencoder, build: Autoencoder.init)
  }

  /// The shape of the images it reconstructs.
  public var imageShape: ImageShape { model.configuration.imageShape }
}

/// A prior from its file.
public struct LoadedPrior {
  /// The file it came from.
  public let file: ArtifactFile
  /// The model.
  public let prior: Prior

  /// Reads the file at `path`.
  ///
  /// Throws a `FileError` if it is not a whole prior.
  public init(path: String) throws {
    (file, prior) = try readModel(path: path, kind: .prior, build: Prior.init)
  }
}

/// A network that can be built from its configuration and filled from a file.
protocol StoredModel {
  var parameters: ParameterStore { get }
}

extension VQVAE: StoredModel {}
extension VAE: StoredModel {}
extension Autoencoder: StoredModel {}
extension Prior: StoredModel {}
extension Classifier: StoredModel {}

/// A configuration that can say why nothing can be built from it.
protocol CheckedConfiguration: Codable, Hashable, Sendable {
  var problem: String? { get }
}

extension VQVAEConfiguration: CheckedConfiguration {}
extension VAEConfiguration: CheckedConfiguration {}
extension AutoencoderConfiguration: CheckedConfiguration {}
extension PriorConfiguration: CheckedConfiguration {}
extension ClassifierConfiguration: CheckedConfiguration {}

/// A configuration of a network that images go into.
protocol ImageConfiguration {
  var imageHeight: Int { get }
  var imageWidth: Int { get }
  var imageChannels: Int { get }
}

extension ImageConfiguration {
  var imageShape: ImageShape {
    ImageShape(size: ImageSize(height: imageHeight, width: imageWidth), channels: imageChannels)
  }
}

extension VQVAEConfiguration: ImageConfiguration {}
extension VAEConfiguration: ImageConfiguration {}
extension AutoencoderConfiguration: ImageConfiguration {}
extension ClassifierConfiguration: ImageConfiguration {}

func readModel<Configuration: CheckedConfiguration, Model: StoredModel>(
  path: String, kind: ArtifactKind, build: (Configuration, ParameterStore.Start) -> Model
) throws -> (ArtifactFile, Model) {
  let file = try ArtifactFile(path: path, kind: kind)
  let configuration = try file.configuration(as: TrainedConfiguration<Configuration>.self).model
  if let problem = configuration.problem {
    throw FileError(
      path, "has an impossible configuration (\(problem))", remedy: "make the file again")
  }
  let model = build(configuration, .zero(limit: file.tensors.largestRealCount))
  try model.parameters.load(from: file)
  return (file, model)
}
