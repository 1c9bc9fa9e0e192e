import Artifacts
import Images
import PixelCNN
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
    file = try ArtifactFile(path: path, kind: .vqvae)
    let configuration = try file.configuration(as: TrainedConfiguration<VQVAEConfiguration>.self)
    try configuration.model.check(file)
    model = VQVAE(configuration.model, start: .zero)
    try model.parameters.load(from: file)
  }

  /// The shape of the images it encodes and decodes.
  public var imageShape: ImageShape {
    let configuration = model.configuration
    return ImageShape(
      size: ImageSize(height: configuration.imageHeight, width: configuration.imageWidth),
      channels: configuration.imageChannels)
  }

  /// Its levels, from the top.
  public var levels: [CodeLevel] {
    model.configuration.levels.enumerated().map { index, level in
      let map = model.configuration.mapSize(ofLevel: index)
      return CodeLevel(
        name: level.name, height: map.height, width: map.width, codebookSize: level.codebookSize)
    }
  }
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
    file = try ArtifactFile(path: path, kind: .prior)
    let configuration = try file.configuration(as: TrainedConfiguration<PriorConfiguration>.self)
    try configuration.model.check(file)
    prior = Prior(configuration.model, start: .zero)
    try prior.parameters.load(from: file)
  }
}

/// A configuration that can say why nothing can be built from it.
protocol CheckedConfiguration {
  var problem: String? { get }
}

extension VQVAEConfiguration: CheckedConfiguration {}
extension PriorConfiguration: CheckedConfiguration {}

extension CheckedConfiguration {
  /// Throws a `FileError` about the file the configuration came from if it has a problem.
  func check(_ file: ArtifactFile) throws {
    if let problem {
      throw FileError(
        file.path, "has an impossible configuration (\(problem))", remedy: "make the file again")
    }
  }
}
