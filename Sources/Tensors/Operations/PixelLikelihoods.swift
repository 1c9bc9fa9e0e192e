import Foundation

// How likely pixels are under a decoder's distributions (arXiv 1312.6114, appendix C).

extension Tensor {
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
    return Tape.record(Tensor([Float(losses.total / Double(images))], shape: []), from: [self]) {
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
}
