import Artifacts
import Images
import Models
import Tensors

/// What makes images of images: any model that train-vqvae writes.
public enum Reconstructor {
  /// By codes.
  case codes(LoadedVQVAE)
  /// By the means of its latents.
  case gaussian(LoadedVAE)
  /// By what its encoder says, as it is.
  case autoencoder(LoadedAutoencoder)

  /// Reads the file at `path`. Convolutions multiply in `arithmetic`; nil for what it was trained in.
  ///
  /// Throws a `FileError` if it is not a whole VQ-VAE, VAE or autoencoder.
  public init(path: String, in arithmetic: Arithmetic? = nil) throws {
    switch try ArtifactFile.kind(ofFileAt: path) {
    case .vae: self = .gaussian(try LoadedVAE(path: path, in: arithmetic))
    case .autoencoder: self = .autoencoder(try LoadedAutoencoder(path: path, in: arithmetic))
    default: self = .codes(try LoadedVQVAE(path: path, in: arithmetic))
    }
  }

  /// The shape of the images.
  public var imageShape: ImageShape {
    switch self {
    case .codes(let vqvae): vqvae.imageShape
    case .gaussian(let vae): vae.imageShape
    case .autoencoder(let autoencoder): autoencoder.imageShape
    }
  }

  /// What becomes of images, of their shape, in about [-1, 1]: the reconstruction, and where there are
  /// several levels of codes what the decoder makes of each level alone, from the top.
  ///
  /// - Parameter images: [images, height, width, channels] in [-1, 1].
  func views(of images: Tensor) -> [(name: String, images: Tensor)] {
    let whole = ReconstructedPicture.reconstruction
    switch self {
    case .codes(let vqvae):
      let codes = vqvae.model.encode(images)
      func decoded(onlyLevel: Int?) -> Tensor {
        vqvae.model.decode(codes, images: images.shape[0], onlyLevel: onlyLevel)
      }
      let levels = vqvae.levels.count > 1 ? Array(vqvae.levels.enumerated()) : []
      return [(whole, decoded(onlyLevel: nil))]
        + levels.map { ("\($1.name) alone", decoded(onlyLevel: $0)) }
    case .gaussian(let vae): return [(whole, vae.model.reconstruct(images))]
    case .autoencoder(let autoencoder): return [(whole, autoencoder.model.reconstruct(images))]
    }
  }
}
