import Kernels

extension Tensor {
  /// How different two maps of features are in kind, whatever their strength (arXiv 1801.03924,
  /// equation 1, with equal weights); a scalar from 0 to 4. The target is a constant.
  ///
  ///     1/positions Σ ‖x̂ − t̂‖²,  x̂ = x / √(‖x‖² + ε²)
  ///
  /// with norms over the channels of a position. ε keeps the derivative finite where nothing is found.
  ///
  /// - Parameter target: as many positions and channels.
  public func featureDistance(to target: Tensor) -> Tensor {
    precondition(target.shape == shape, "\(shape) and \(target.shape) cannot be compared")
    let derivative = isTracked ? Tensor(uninitialized: shape) : nil
    let distances = Tensor(uninitialized: [rows])
    let scale = 2 / Float(rows)
    ThreadPool.shared.split(rows, grain: 256) { range in
      for row in range {
        let offset = row * channels
        distances.fresh[row] = directionDistance(
          pointer + offset, target.pointer + offset, channels: channels, scale: scale,
          derivative: derivative.map { $0.fresh + offset })
      }
    }
    let distance = Tensor([Float(distances.total / Double(rows))], shape: [])
    return Tape.record(distance, from: [self]) { gradient in
      guard var result = derivative else { return [nil] }
      result.scale(by: gradient.scalar)
      return [result]
    }
  }
}

/// ‖x̂ − t̂‖² of two vectors; its derivative in x, times scale / 2, goes to `derivative`:
/// scale · (d − (x̂ · d) x̂) / n, with d = x̂ − t̂ and n = √(‖x‖² + ε²).
private func directionDistance(
  _ x: UnsafePointer<Float>, _ target: UnsafePointer<Float>, channels: Int, scale: Float,
  derivative: UnsafeMutablePointer<Float>?
) -> Float {
  func inverseNorm(_ vector: UnsafePointer<Float>) -> Float {
    let epsilon = 1e-3
    return Float(1 / (kernel_sum_of_squares(vector, channels) + epsilon * epsilon).squareRoot())
  }
  let (factor, targetFactor) = (inverseNorm(x), inverseNorm(target))
  var (distance, alignment): (Float, Float) = (0, 0)
  for c in 0..<channels {
    let difference = factor * x[c] - targetFactor * target[c]
    distance += difference * difference
    alignment += factor * x[c] * difference
  }
  guard let derivative else { return distance }
  for c in 0..<channels {
    let difference = factor * x[c] - targetFactor * target[c]
    derivative[c] = scale * factor * (difference - alignment * factor * x[c])
  }
  return distance
}
