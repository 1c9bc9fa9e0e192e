import NeuralNetworks
import Tensors

/// The objective of one batch and what it was made of; scalars.
public struct VAELoss {
  /// The mean over images of −log p(x|z), in nats; of a density where pixels are Gaussian.
  public let reconstruction: Tensor
  /// The mean over images of D_KL(q(z|x) ‖ p(z)), in nats.
  public let divergence: Tensor
  /// (reconstruction + β · divergence) / pixels and channels of an image, which is minimized: so
  /// gradients are of one size whatever the size of images.
  public let total: Tensor

  /// The evidence lower bound, at most log p(x): the mean over images, in nats.
  public var evidenceLowerBound: Double {
    -(Double(reconstruction.scalar) + Double(divergence.scalar))
  }
}

extension VAE {
  /// The bound of arXiv 1312.6114 (equations 3 and 10, with one draw), for images [images, height,
  /// width, channels] in [-1, 1]:
  ///
  ///     log p(x) ≥ −D_KL(q(z|x) ‖ p(z)) + log p(x|z),  z = μ + σ · ε,  ε ~ N(0, I)
  ///
  /// Of two levels the divergence is D_KL(q(z₁|x) ‖ N(0, I)) + D_KL(q(z₂|x, z₁) ‖ p(z₂|z₁)) for the z₁ that
  /// was drawn, and the pixels are those of z₂ (arXiv 1602.02282, equation 6).
  ///
  /// - Parameter streams: one per image, a function of which are its ε and, where pixels are
  ///   Bernoulli, which of its grey ones are white.
  public func loss(of images: Tensor, streams: [Randomness], in pass: ForwardPass) -> VAELoss {
    let isBernoulli = configuration.likelihood == .bernoulli
    let x = isBernoulli ? images.binarized(streams) : images
    let inference = infer(x, noise: drawLatents(streams), in: pass)
    let output = pixelParameters(of: inference.draws, in: pass)
    let reconstruction =
      isBernoulli
      ? output.bernoulliNegativeLogLikelihood(of: x)
      : output.gaussianNegativeLogLikelihood(of: x) { error in
        max(Float(pass.communicator.mean(of: Double(error))), Self.roundingVariance)
      }
    let divergence = inference.divergence
    let dimensions = images.count / max(images.shape[0], 1)
    return VAELoss(
      reconstruction: reconstruction, divergence: divergence,
      total: (1 / Float(dimensions)) * (reconstruction + configuration.beta * divergence))
  }

  /// The variance that rounding to a byte alone gives a pixel in [-1, 1]: below it there is nothing to
  /// learn. A step of 2/255 has a twelfth of its square.
  static var roundingVariance: Float { (2 / 255) * (2 / 255) / 12 }
}

extension Tensor {
  /// Black and white pixels, ±1, in place of grey ones: white with probability (x + 1) / 2. Which ones
  /// is a function of each image's stream.
  public func binarized(_ streams: [Randomness]) -> Tensor {
    let perImage = count / max(streams.count, 1)
    var result = detached
    result.withMutableElements { pixels in
      for (image, stream) in streams.enumerated() {
        let draws = stream.stream("binarization").uniforms(perImage, in: 0...1)
        for (index, draw) in draws.enumerated() {
          let pixel = image * perImage + index
          pixels[pixel] = draw < (pixels[pixel] + 1) / 2 ? 1 : -1
        }
      }
    }
    return result
  }
}
