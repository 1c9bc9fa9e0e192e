import NeuralNetworks
import Tensors

/// A plain autoencoder: a VQ-VAE's encoders and decoder, and between them each level's vectors as they are,
/// where the VQ-VAE has the nearest of its codes. What it reconstructs better is what quantization costs;
/// no prior describes its vectors, and so nothing can be drawn from it.
public final class Autoencoder {
  /// What was built.
  public let configuration: AutoencoderConfiguration
  private let network: VQVAE

  /// Builds the model; its configuration must have no `problem`.
  public init(_ configuration: AutoencoderConfiguration, start: ParameterStore.Start) {
    self.configuration = configuration
    network = VQVAE(configuration.network, start: start, hasCodebooks: false)
  }

  /// All weights.
  public var parameters: ParameterStore { network.parameters }

  /// What becomes of images; of their shape, in about [-1, 1].
  ///
  /// - Parameter images: [images, height, width, channels] in [-1, 1].
  public func reconstruct(_ images: Tensor, in pass: ForwardPass = .inference) -> Tensor {
    let context = network.describeLevels(of: images, in: pass) { z, _ in ((), z) }.context
    return network.decoder(context, in: pass)
  }

  /// ‖x − x̂‖², the mean over pixels in [-1, 1]: 4 times the error of pixels in [0, 1]; a scalar.
  ///
  /// - Parameter images: [images, height, width, channels] in [-1, 1].
  public func loss(of images: Tensor, in pass: ForwardPass) -> Tensor {
    reconstruct(images, in: pass).meanSquaredError(to: images)
  }
}
