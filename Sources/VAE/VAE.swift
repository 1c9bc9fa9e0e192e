import Foundation
import NeuralNetworks
import Tensors

/// A variational autoencoder (arXiv 1312.6114): where a VQ-VAE has maps of codes and priors that must
/// be learned, it has a vector of numbers, z, whose prior is N(0, I).
///
/// With two levels of latents (arXiv 1602.02282), the upper, z₁, has that prior, and the lower, z₂, of which
/// alone the decoder makes the image, one that is learned: p(z₂|z₁) = N(ν(z₁), τ²(z₁)). Then z₂ is known
/// from u = (z₂ − ν)/τ, which has the prior N(0, I) whatever z₁ is. So of either kind of model, latents are
/// rows of numbers with the prior N(0, I): z, or z₁ and then u.
///
/// The encoder tells the Gaussians that an image's latents are drawn from, q(z|x), or q(z₁|x) and
/// q(z₂|x, z₁), the decoder the distribution of the image's pixels. Both are those of a VQ-VAE, with dense
/// layers between their map and the latents.
public final class VAE {
  /// What was built.
  public let configuration: VAEConfiguration
  /// All weights.
  public let parameters: ParameterStore

  private let encoder: ConvolutionalEncoder
  /// From the encoder's map, and z₁ if there is one, to the means of the lower latents and the logarithms
  /// of their variances.
  private let posterior: Linear
  /// What is above them; nil of one level.
  private let top: TopLevel?
  /// From the latents to the decoder's map.
  private let expansion: Linear
  private let decoder: ConvolutionalDecoder

  /// Builds the model; its configuration must have no `problem`.
  public init(_ configuration: VAEConfiguration, start: ParameterStore.Start) {
    precondition(configuration.problem == nil, configuration.problem ?? "")
    let parameters = ParameterStore(start, arithmetic: configuration.arithmetic)
    let root = parameters.root
    let map = configuration.mapSize
    let mapCount = map.height * map.width * configuration.channels
    encoder = ConvolutionalEncoder(
      root.scope("encoder"), inputs: configuration.imageChannels,
      downsampling: configuration.downsampling, channels: configuration.channels,
      residualBlocks: configuration.residualBlocks,
      residualChannels: configuration.residualChannels)
    posterior = Linear(
      root.scope("posterior"), inputs: mapCount + (configuration.topLatents ?? 0),
      outputs: 2 * configuration.latents)
    top = configuration.topLatents.map {
      TopLevel(
        root.scope("top"), inputs: mapCount, latents: $0, lowerLatents: configuration.latents)
    }
    expansion = Linear(root.scope("expansion"), inputs: configuration.latents, outputs: mapCount)
    decoder = ConvolutionalDecoder(
      root.scope("decoder"), inputs: configuration.channels, outputs: configuration.imageChannels,
      upsampling: configuration.downsampling, channels: configuration.channels,
      residualBlocks: configuration.residualBlocks,
      residualChannels: configuration.residualChannels)
    self.configuration = configuration
    self.parameters = parameters
  }

  /// A draw from the Gaussians of each image's latents: μ + σ · ε.
  ///
  /// - Parameters:
  ///   - images: [images, height, width, channels] in [-1, 1].
  ///   - noise: ε, as `drawLatents` returns it; nil for zeros, which leaves the means.
  public func infer(
    _ images: Tensor, noise: Tensor? = nil, in pass: ForwardPass = .inference
  ) -> Inference {
    let map = encoder(images, in: pass)
    let features = map.reshaped(to: [map.shape[0], map.count / map.shape[0]])
    let noise = split(noise ?? Tensor(zeros: [images.shape[0], levels.reduce(0, +)]))
    guard let top else {
      let gaussian = posterior(features, in: pass)
      return Inference(gaussians: [gaussian], draws: [gaussian.gaussianDraws(noise: noise[0])])
    }
    let upper = top.posterior(features, in: pass)
    let z1 = upper.gaussianDraws(noise: noise[0])
    let lower = posterior(.concatenatingChannels([features, z1]), in: pass)
      .inUnits(of: top.prior(of: z1, in: pass))
    return Inference(
      gaussians: [upper, lower], draws: [z1, lower.gaussianDraws(noise: noise[1])])
  }

  /// The mean of the distribution of the pixels: [images, height, width, channels], in about [-1, 1].
  ///
  /// - Parameter latents: [images, latents of all levels].
  public func decode(_ latents: Tensor) -> Tensor {
    var images = pixelParameters(of: split(latents), in: .inference)
    if configuration.likelihood == .bernoulli {
      // Of ±1 with these odds: 2 · sigmoid(logit) − 1.
      images.withMutableElements { pixels in
        for index in pixels.indices { pixels[index] = tanh(pixels[index] / 2) }
      }
    }
    return images
  }

  /// What images become when their latents are the means of their Gaussians; of their shape.
  ///
  /// - Parameter images: [images, height, width, channels] in [-1, 1].
  public func reconstruct(_ images: Tensor) -> Tensor {
    decode(infer(images).latents)
  }

  /// Draws from the prior, N(0, I): [streams, latents of all levels]. Each row is a function of its stream.
  public func drawLatents(_ streams: [Randomness]) -> Tensor {
    let count = levels.reduce(0, +)
    return Tensor(
      streams.flatMap { $0.stream("latents").normals(count) }, shape: [streams.count, count])
  }

  /// p(z₂|z₁) of rows of z₁: the means of the lower latents, then the logarithms of their variances, [rows,
  /// 2 · lower latents]; nil of one level.
  ///
  /// - Parameter z1: [rows, upper latents].
  public func conditionalPrior(_ z1: Tensor) -> Tensor? {
    top?.prior(of: z1, in: .inference)
  }

  private var levels: [Int] { configuration.levels }

  /// The latents of each level; a constant.
  private func split(_ latents: Tensor) -> [Tensor] {
    guard levels.count > 1 else { return [latents] }
    var first = 0
    return levels.map { count in
      defer { first += count }
      let rows = (0..<latents.rows).flatMap { row in
        latents.buffer[row * latents.channels + first..<row * latents.channels + first + count]
      }
      return Tensor(rows, shape: [latents.rows, count])
    }
  }

  /// The parameters of the distribution of each pixel: the logits of a Bernoulli, the means of a Gaussian.
  ///
  /// - Parameter latents: of each level, from the top: [images, latents].
  func pixelParameters(of latents: [Tensor], in pass: ForwardPass) -> Tensor {
    let map = configuration.mapSize
    let lowest = top.map { $0.prior(of: latents[0], in: pass).gaussianDraws(noise: latents[1]) }
    let expanded = expansion(lowest ?? latents[0], in: pass).activated(by: .relu)
    return decoder(
      expanded.reshaped(
        to: [expanded.rows, map.height, map.width, configuration.channels]), in: pass)
  }
}
