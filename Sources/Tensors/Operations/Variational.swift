import Foundation

// What a variational autoencoder needs (arXiv 1312.6114). A diagonal Gaussian over c latents is a row
// of 2c numbers: its means μ, then the logarithms of its variances, log σ².

extension Tensor {
  /// A draw from each row's Gaussian, z = μ + σ · ε: the reparameterization trick (1312.6114, 2.4),
  /// by which the gradient passes through the draw. [rows, 2c] to [rows, c].
  ///
  /// - Parameter noise: ε, draws from N(0, 1): [rows, c]; a constant.
  public func gaussianDraws(noise: Tensor) -> Tensor {
    let latents = channels / 2
    precondition(noise.rows == rows && noise.channels == latents, "one draw per latent is needed")
    let draws = Tensor(uninitialized: noise.shape)
    for row in 0..<rows {
      let (mean, logVariance) = gaussian(row)
      for c in 0..<latents {
        let index = row * latents + c
        draws.fresh[index] = mean[c] + exp(logVariance[c] / 2) * noise.pointer[index]
      }
    }
    let input = detached
    return Tape.record(draws, from: [self]) { gradient in
      let result = Tensor(uninitialized: input.shape)
      for row in 0..<input.rows {
        let (_, logVariance) = input.gaussian(row)
        let target = result.fresh + row * input.channels
        for c in 0..<latents {
          let index = row * latents + c
          target[c] = gradient.pointer[index]
          target[latents + c] =
            gradient.pointer[index] * noise.pointer[index] * exp(logVariance[c] / 2) / 2
        }
      }
      return [result]
    }
  }

  /// The mean over rows of the divergence of each row's Gaussian q from the standard normal, in nats; a
  /// scalar (1312.6114, appendix B):
  ///
  ///     D_KL(q ‖ N(0, I)) = ½ Σ (μ² + σ² − 1 − log σ²)
  public func gaussianDivergence() -> Tensor {
    let total = gaussianDivergences().buffer.reduce(0.0) { $0 + Double($1) }
    let mean = Tensor([Float(total / Double(rows))], shape: [])
    let input = detached
    return Tape.record(mean, from: [self]) { gradient in
      let result = Tensor(uninitialized: input.shape)
      let scale = gradient.scalar / Float(input.rows)
      for row in 0..<input.rows {
        let (mean, logVariance) = input.gaussian(row)
        let target = result.fresh + row * input.channels
        for c in 0..<input.channels / 2 {
          target[c] = scale * mean[c]
          target[input.channels / 2 + c] = scale * (exp(logVariance[c]) - 1) / 2
        }
      }
      return [result]
    }
  }

  /// The divergence of each row's Gaussian from the standard normal, in nats: [rows]; not recorded.
  public func gaussianDivergences() -> Tensor {
    let divergences = Tensor(uninitialized: [rows])
    for row in 0..<rows {
      let (mean, logVariance) = gaussian(row)
      var sum = 0.0
      for c in 0..<channels / 2 {
        sum += Double(mean[c] * mean[c] + exp(logVariance[c]) - 1 - logVariance[c])
      }
      divergences.fresh[row] = Float(sum / 2)
    }
    return divergences
  }

  /// The mean over images of −log p(pixels) in nats, where each pixel is 1 with probability
  /// sigmoid(logit) and −1 otherwise; a scalar (1312.6114, C.1):
  ///
  ///     −log p(x) = Σ log(1 + e^(−x · logit))
  ///
  /// - Parameter pixels: ±1, as many as there are logits; a constant.
  public func bernoulliNegativeLogLikelihood(of pixels: Tensor) -> Tensor {
    precondition(count == pixels.count, "\(shape) and \(pixels.shape) cannot be compared")
    let (images, perImage) = (shape[0], count / max(shape[0], 1))
    let slopes = isTracked ? Tensor(uninitialized: shape) : nil
    let losses = Tensor(uninitialized: [images])
    ThreadPool.shared.split(images) { range in
      for image in range {
        var sum = 0.0
        for index in image * perImage..<(image + 1) * perImage {
          let agreement = pixels.pointer[index] * pointer[index]
          let small = exp(-agreement.magnitude)
          sum += Double(log1p(small) - (agreement < 0 ? agreement : 0))
          let surprise = (agreement < 0 ? 1 : small) / (1 + small)
          slopes?.fresh[index] = -pixels.pointer[index] * surprise / Float(images)
        }
        losses.fresh[image] = Float(sum)
      }
    }
    let total = losses.buffer.reduce(0.0) { $0 + Double($1) }
    return Tape.record(Tensor([Float(total / Double(images))], shape: []), from: [self]) {
      guard var result = slopes else { return [nil] }
      result.scale(by: $0.scalar)
      return [result]
    }
  }

  /// The mean over images of −log N(pixels; self, σ² I) in nats, a density; a scalar:
  ///
  ///     −log p(x) = D/2 · (log 2πσ² + MSE/σ²)
  ///
  /// The derivative is that of a constant σ². So it is where σ² is the mean squared error of the whole
  /// batch, under which that is most likely (arXiv 2006.13202): the derivative in σ² is zero there.
  ///
  /// - Parameters:
  ///   - pixels: as many as there are means; a constant.
  ///   - variance: σ², given the mean squared error of these images.
  public func gaussianNegativeLogLikelihood(
    of pixels: Tensor, variance: (Float) -> Float
  ) -> Tensor {
    let error = meanSquaredError(to: pixels)
    let variance = variance(error.scalar)
    let half = Float(count / max(shape[0], 1)) / 2
    let loss = half * (log(2 * .pi * variance) + error.scalar / variance)
    return Tape.record(Tensor([loss], shape: []), from: [error]) { gradient in
      gradient.scale(by: half / variance)
      return [gradient]
    }
  }

  /// The means and the logarithms of the variances of a row.
  private func gaussian(
    _ row: Int
  ) -> (mean: UnsafePointer<Float>, logVariance: UnsafePointer<Float>) {
    let mean = pointer + row * channels
    return (mean, mean + channels / 2)
  }
}
