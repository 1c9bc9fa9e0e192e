import Foundation
import NeuralNetworks
import Tensors

/// A variational autoencoder (arXiv 1312.6114): where a VQ-VAE has maps of codes and priors that must
/// be learned, it has one vector of numbers, z, whose prior p(z) = N(0, I) is given.
///
/// The encoder tells the Gaussian q(z|x) an image's latents are drawn from, the decoder the
/// distribution p(x|z) of the image's pixels. Both are those of a VQ-VAE, with a dense layer between
/// their map and the latents.
public final class VAE {
  /// What was built.
  public let configuration: VAEConfiguration
  /// All weights.
  public let parameters: ParameterStore

  private let encoder: ConvolutionalEncoder
  /// From the encoder's map to the means of q(z|x) and the logarithms of its variances.
  private let posterior: Linear
  /// From the latents to the decoder's map.
  private let expansion: Linear
  private let decoder: ConvolutionalDecoder

  /// Builds the model; its configuration must have no `problem`.
  public init(_ configuration: VAEConfiguration, start: ParameterStore.Start) {
    precondition(configuration.problem == nil, configuration.problem ?? "")
    let parameters = ParameterStore(start)
    let root = parameters.root
    let map = configuration.mapSize
    let mapCount = map.height * map.width * configuration.channels
    encoder = ConvolutionalEncoder(
      root.scope("encoder"), inputs: configuration.imageChannels,
      downsampling: configuration.downsampling, channels: configuration.channels,
      residualBlocks: configuration.residualBlocks,
      residualChannels: configuration.residualChannels)
    posterior = Linear(
      root.scope("posterior"), inputs: mapCount, outputs: 2 * configuration.latents)
    expansion = Linear(root.scope("expansion"), inputs: configuration.latents, outputs: mapCount)
    decoder = ConvolutionalDecoder(
      root.scope("decoder"), inputs: configuration.channels, outputs: configuration.imageChannels,
      upsampling: configuration.downsampling, channels: configuration.channels,
      residualBlocks: configuration.residualBlocks,
      residualChannels: configuration.residualChannels)
    self.configuration = configuration
    self.parameters = parameters
  }

  /// q(z|x) of each image: the means of its latents, then the logarithms of their variances,
  /// [images, 2 · latents].
  ///
  /// - Parameter images: [images, height, width, channels] in [-1, 1].
  public func encode(_ images: Tensor, in pass: ForwardPass = .inference) -> Tensor {
    let map = encoder(images, in: pass)
    return posterior(map.reshaped(to: [map.shape[0], map.count / map.shape[0]]), in: pass)
  }

  /// The mean of p(x|z): [images, height, width, channels], in about [-1, 1].
  ///
  /// - Parameter latents: [images, latents].
  public func decode(_ latents: Tensor) -> Tensor {
    var images = pixelParameters(of: latents, in: .inference)
    if configuration.likelihood == .bernoulli {
      // Of ±1 with these odds: 2 · sigmoid(logit) − 1.
      images.withMutableElements { pixels in
        for index in pixels.indices { pixels[index] = tanh(pixels[index] / 2) }
      }
    }
    return images
  }

  /// What images become when their latents are the means of q(z|x); of their shape.
  ///
  /// - Parameter images: [images, height, width, channels] in [-1, 1].
  public func reconstruct(_ images: Tensor) -> Tensor {
    let noise = Tensor(zeros: [images.shape[0], configuration.latents])
    return decode(encode(images).gaussianDraws(noise: noise))
  }

  /// Draws from the prior, z ~ N(0, I): [streams, latents]. Each row is a function of its stream.
  public func drawLatents(_ streams: [Randomness]) -> Tensor {
    Tensor(
      streams.flatMap { $0.stream("latents").normals(configuration.latents) },
      shape: [streams.count, configuration.latents])
  }

  /// The parameters of p(x|z) for each pixel: the logits of a Bernoulli, the means of a Gaussian.
  func pixelParameters(of latents: Tensor, in pass: ForwardPass) -> Tensor {
    let map = configuration.mapSize
    let expanded = expansion(latents, in: pass).activated(by: .relu)
    return decoder(
      expanded.reshaped(
        to: [latents.rows, map.height, map.width, configuration.channels]), in: pass)
  }
}
