import Artifacts
import Foundation
import Images

/// What a folder of models draws images with.
public enum GenerativeModel {
  /// A VQ-VAE and a prior for each of its levels.
  case codes(ModelFolder)
  /// A VAE, `vae.safetensors`, whose prior is N(0, I).
  case gaussian(LoadedVAE)

  /// Reads the models of the folder at `path`. Priors that are not needed may be missing.
  ///
  /// Throws a `FileError` if a file is missing or damaged, two do not belong together, or the folder
  /// has a model of each kind.
  public init(folder path: String, needsPriors: Bool = true) throws {
    func file(_ name: String) -> String { (path as NSString).appendingPathComponent(name) }
    let vae = file("vae.safetensors")
    guard FileManager.default.fileExists(atPath: vae) else {
      self = .codes(try ModelFolder(path: path, needsPriors: needsPriors))
      return
    }
    guard !FileManager.default.fileExists(atPath: file("vqvae.safetensors")) else {
      throw FileError(
        path, "has both a vqvae.safetensors and a vae.safetensors",
        remedy: "keep each in a folder of its own")
    }
    self = .gaussian(try LoadedVAE(path: vae))
  }

  /// The shape of the images.
  public var imageShape: ImageShape {
    switch self {
    case .codes(let folder): folder.vqvae.imageShape
    case .gaussian(let vae): vae.imageShape
    }
  }

  /// Checks that a classifier knows the images these models make, and their classes if they have
  /// any.
  ///
  /// Throws a `FileError` naming both if not.
  public func check(_ classifier: LoadedClassifier) throws {
    switch self {
    case .codes(let folder): try folder.check(classifier)
    case .gaussian(let vae):
      guard classifier.imageShape == vae.imageShape else {
        throw FileError(
          classifier.file.path, "is for other images than \(vae.file.path)",
          remedy: "train a classifier on the images the VAE was trained on")
      }
    }
  }
}
