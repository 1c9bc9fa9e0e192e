import Foundation

// What a variational autoencoder needs (arXiv 1312.6114). A diagonal Gaussian over c latents is a row
// of 2c numbers: its means μ, then the logarithms of its variances, log σ².

extension Tensor {
  /// A draw from each row's Gaussian, z = μ + σ · ε: the reparameterization trick (1312.6114, 2.4),
  /// by which the gradient passes through the draw. [rows, 2c] to [rows, c].
  ///
  /// - Parameter noise: ε, draws from N(0, 1): [rows, c].
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
    let (input, values, isNoiseTracked) = (detached, noise.detached, noise.isTracked)
    return Tape.record(draws, from: [self, noise]) { gradient in
      let result = Tensor(uninitialized: input.shape)
      let ofNoise = isNoiseTracked ? Tensor(uninitialized: values.shape) : nil
      for row in 0..<input.rows {
        let (_, logVariance) = input.gaussian(row)
        let target = result.fresh + row * input.channels
        for c in 0..<latents {
          let index = row * latents + c
          let deviation = exp(logVariance[c] / 2)
          target[c] = gradient.pointer[index]
          target[latents + c] = gradient.pointer[index] * values.pointer[index] * deviation / 2
          ofNoise?.fresh[index] = gradient.pointer[index] * deviation
        }
      }
      return [result, ofNoise]
    }
  }

  /// Each row's Gaussian N(μ, σ²) in the units of that of the same row of `other`, N(ν, τ²): N((μ − ν)/τ,
  /// σ²/τ²). Its divergence from the standard normal is that of the two Gaussians from each other:
  ///
  ///     D_KL(N(μ, σ²) ‖ N(ν, τ²)) = ½ Σ ((μ − ν)²/τ² + σ²/τ² − 1 − log σ²/τ²)
  ///
  /// Both are [rows, 2c], and so is the result.
  public func inUnits(of other: Tensor) -> Tensor {
    precondition(other.shape == shape, "\(other.shape) are no units for \(shape)")
    let latents = channels / 2
    let result = Tensor(uninitialized: shape)
    for row in 0..<rows {
      let (mean, logVariance) = gaussian(row)
      let (otherMean, otherLogVariance) = other.gaussian(row)
      let target = result.fresh + row * channels
      for c in 0..<latents {
        target[c] = (mean[c] - otherMean[c]) * exp(-otherLogVariance[c] / 2)
        target[latents + c] = logVariance[c] - otherLogVariance[c]
      }
    }
    let (units, standard) = (other.detached, result.detached)
    return Tape.record(result, from: [self, other]) { gradient in
      let (own, others) = (Tensor(uninitialized: units.shape), Tensor(uninitialized: units.shape))
      for row in 0..<units.rows {
        let (_, logVariance) = units.gaussian(row)
        let (mean, _) = standard.gaussian(row)
        let start = row * units.channels
        for c in start..<start + latents {
          let slope = gradient.pointer[c] * exp(-logVariance[c - start] / 2)
          own.fresh[c] = slope
          own.fresh[latents + c] = gradient.pointer[latents + c]
          others.fresh[c] = -slope
          others.fresh[latents + c] =
            -gradient.pointer[c] * mean[c - start] / 2 - gradient.pointer[latents + c]
        }
      }
      return [own, others]
    }
  }

  /// The mean over rows of the divergence of each row's Gaussian q from the standard normal, in nats; a
  /// scalar (1312.6114, appendix B):
  ///
  ///     D_KL(q ‖ N(0, I)) = ½ Σ (μ² + σ² − 1 − log σ²)
  public func gaussianDivergence() -> Tensor {
    let mean = Tensor([Float(gaussianDivergences().total / Double(rows))], shape: [])
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

  /// The means and the logarithms of the variances of a row.
  private func gaussian(
    _ row: Int
  ) -> (mean: UnsafePointer<Float>, logVariance: UnsafePointer<Float>) {
    let mean = pointer + row * channels
    return (mean, mean + channels / 2)
  }
}
