import Artifacts
import Foundation
import Images
import Tensors

/// What a folder of models makes images with.
public enum GenerativeModel {
  /// A VQ-VAE and a prior for each of its levels.
  case codes(ModelFolder)
  /// A VAE, `vae.safetensors`, whose prior is N(0, I).
  case gaussian(LoadedVAE)
  /// An autoencoder, `autoencoder.safetensors`, which has no prior: it reconstructs images, and draws none.
  case autoencoder(LoadedAutoencoder)

  /// Reads the models of the folder at `path`. Priors that are not needed may be missing. Convolutions
  /// multiply in `arithmetic`; nil for what each model was trained in.
  ///
  /// Throws a `FileError` if a file is missing or damaged, two do not belong together, or the folder
  /// has models of two kinds.
  public init(folder path: String, needsPriors: Bool = true, in arithmetic: Arithmetic? = nil)
    throws
  {
    func file(_ name: String) -> String { (path as NSString).appendingPathComponent(name) }
    let names = ["vqvae", "vae", "autoencoder"].map { "\($0).safetensors" }.filter {
      FileManager.default.fileExists(atPath: file($0))
    }
    guard names.count <= 1 else {
      throw FileError(
        path, "has both \(names[0]) and \(names[1])",
        remedy: "keep each in a folder of its own")
    }
    switch names.first {
    case "vae.safetensors": self = .gaussian(try LoadedVAE(path: file(names[0]), in: arithmetic))
    case "autoencoder.safetensors":
      self = .autoencoder(try LoadedAutoencoder(path: file(names[0]), in: arithmetic))
    default: self = .codes(try ModelFolder(path: path, needsPriors: needsPriors, in: arithmetic))
    }
  }

  /// The shape of the images.
  public var imageShape: ImageShape {
    switch self {
    case .codes(let folder): folder.vqvae.imageShape
    case .gaussian(let vae): vae.imageShape
    case .autoencoder(let autoencoder): autoencoder.imageShape
    }
  }

  /// Checks that a classifier knows the images these models make, and their classes if they have
  /// any.
  ///
  /// Throws a `FileError` naming both if not.
  public func check(_ classifier: LoadedClassifier) throws {
    switch self {
    case .codes(let folder): try folder.check(classifier)
    case .gaussian(let vae): try check(classifier, against: vae.file, vae.imageShape, "VAE")
    case .autoencoder(let model):
      try check(classifier, against: model.file, model.imageShape, "autoencoder")
    }
  }

  private func check(
    _ classifier: LoadedClassifier, against file: ArtifactFile, _ shape: ImageShape, _ name: String
  ) throws {
    guard classifier.imageShape == shape else {
      throw FileError(
        classifier.file.path, "is for other images than \(file.path)",
        remedy: "train a classifier on the images the \(name) was trained on")
    }
  }
}
