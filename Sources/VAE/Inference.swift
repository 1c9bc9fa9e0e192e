import Tensors

/// What a VAE makes of images: the Gaussians of their latents, and a draw from each.
public struct Inference {
  /// The Gaussians of each level's latents, from the top: means, then the logarithms of variances, [images,
  /// 2 · latents]. Those of the lower of two levels hang on the draw from the upper.
  public let gaussians: [Tensor]
  /// The draws of each level, from the top: [images, latents].
  let draws: [Tensor]

  init(gaussians: [Tensor], draws: [Tensor]) {
    self.gaussians = gaussians
    self.draws = draws
  }

  /// The draws, side by side: [images, latents of all levels].
  public var latents: Tensor { draws.count == 1 ? draws[0] : .concatenatingChannels(draws) }

  /// The mean over images of D_KL(q ‖ p) of all latents, in nats; a scalar.
  var divergence: Tensor {
    gaussians.dropFirst().reduce(gaussians[0].gaussianDivergence()) {
      $0 + $1.gaussianDivergence()
    }
  }

  /// D_KL(q ‖ p) of each image's latents, in nats.
  public var divergences: [Double] {
    gaussians.dropFirst().reduce(gaussians[0].gaussianDivergences().elements.map(Double.init)) {
      zip($0, $1.gaussianDivergences().elements).map { $0 + Double($1) }
    }
  }
}
