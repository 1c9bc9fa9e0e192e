import NeuralNetworks
import Tensors

/// A small network that tells patches of real images from patches of reconstructions (arXiv 1611.07004,
/// section 3.2.2), which a VQ-VAE is trained to deceive (VQGAN, arXiv 2012.09841).
///
/// Two halving convolutions of 4×4, one of 3×3, and one of 3×3 to a score: each score sees 26×26 pixels,
/// enough for a texture, and texture is what a reconstruction lacks.
public final class PatchDiscriminator {
  /// All weights.
  public let parameters: ParameterStore
  private let convolutions: [Convolution]
  private let output: Convolution

  /// A discriminator of images of 1 or 3 channels.
  ///
  /// - Parameters:
  ///   - channels: those of the first convolution; each later one has twice as many.
  ///   - arithmetic: in which numbers convolutions multiply; nil for float32.
  public init(
    imageChannels: Int, channels: Int = 32, arithmetic: Arithmetic? = nil,
    start: ParameterStore.Start
  ) {
    parameters = ParameterStore(start, arithmetic: arithmetic)
    let scope = parameters.root.scope("discriminator")
    let widths = [imageChannels, channels, 2 * channels, 4 * channels]
    convolutions = (0..<3).map { index in
      Convolution(
        scope.scope("convolution").scope(index), inputs: widths[index], outputs: widths[index + 1],
        kernel: index < 2 ? 4 : 3, stride: index < 2 ? 2 : 1)
    }
    output = Convolution(scope.scope("output"), inputs: 4 * channels, outputs: 1, kernel: 3)
  }

  /// How real each patch looks, above zero for real: [images, height/4, width/4, 1], rounded up.
  ///
  /// - Parameter images: [images, height, width, channels] in about [-1, 1].
  public func scores(of images: Tensor, in pass: ForwardPass) -> Tensor {
    output(convolutions.reduce(images) { $1($0, activation: .elu, in: pass) }, in: pass)
  }

  /// What the discriminator minimizes, a scalar: half the hinge losses of telling real images from
  /// reconstructions, both constants.
  public func loss(real: Tensor, reconstructed: Tensor, in pass: ForwardPass) -> Tensor {
    let real = scores(of: real.detached, in: pass).hingeLoss(sign: 1)
    let reconstructed = scores(of: reconstructed.detached, in: pass).hingeLoss(sign: -1)
    return 0.5 * (real + reconstructed)
  }

  /// What a VQ-VAE minimizes, a scalar: minus the mean score of its reconstructions. The discriminator is
  /// a constant.
  public func adversarialLoss(of reconstructed: Tensor) -> Tensor {
    -1 * scores(of: reconstructed, in: .inference).mean()
  }
}
