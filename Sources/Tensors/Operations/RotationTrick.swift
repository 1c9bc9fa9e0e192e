import Kernels

extension Tensor {
  /// The values of another tensor of the same shape, with the gradient of the linear map that takes each
  /// row z of this one to its row q there: it turns z in the plane of the two and stretches it, and counts
  /// as a constant (the rotation trick, arXiv 2410.06424, section 4.2).
  ///
  ///     q = ‖q‖/‖z‖ · R z,  R = I − 2 r rᵀ + 2 q̂ ẑᵀ,  r = (ẑ + q̂) / ‖ẑ + q̂‖
  ///
  /// A row of zeros has no direction: there the gradient passes straight through.
  public func rotated(to values: Tensor) -> Tensor {
    precondition(values.shape == shape, "\(values.shape) cannot stand for \(shape)")
    let (input, target) = (detached, values.detached)
    return Tape.record(target, from: [self]) { gradient in
      let result = Tensor(uninitialized: input.shape)
      let channels = input.channels
      ThreadPool.shared.split(input.rows, grain: 256) { range in
        for row in range {
          let offset = row * channels
          rotateBack(
            gradient.pointer + offset, from: target.pointer + offset, to: input.pointer + offset,
            channels: channels, into: result.fresh + offset)
        }
      }
      return [result]
    }
  }
}

/// ‖q‖/‖z‖ · Rᵀ g = ‖q‖/‖z‖ · (g − 2 (r · g) r + 2 (q̂ · g) ẑ).
private func rotateBack(
  _ g: UnsafePointer<Float>, from q: UnsafePointer<Float>, to z: UnsafePointer<Float>,
  channels: Int, into result: UnsafeMutablePointer<Float>
) {
  let tiny = 1e-12
  let zNorm = kernel_sum_of_squares(z, channels).squareRoot()
  let qNorm = kernel_sum_of_squares(q, channels).squareRoot()
  guard zNorm > tiny, qNorm > tiny else {
    result.update(from: g, count: channels)
    return
  }
  let (zFactor, qFactor) = (Float(1 / zNorm), Float(1 / qNorm))
  // ‖ẑ + q̂‖², and the products of ẑ + q̂ and of q̂ with g.
  var (square, sumProduct, qProduct): (Float, Float, Float) = (0, 0, 0)
  for c in 0..<channels {
    let direction = qFactor * q[c]
    let sum = zFactor * z[c] + direction
    square += sum * sum
    sumProduct += sum * g[c]
    qProduct += direction * g[c]
  }
  // Opposite directions have no plane of their own; a reflection takes one to the other.
  let sumFactor = square > Float(tiny) ? 2 * sumProduct / square : 0
  let scale = Float(qNorm / zNorm)
  for c in 0..<channels {
    let direction = zFactor * z[c]
    let sum = direction + qFactor * q[c]
    result[c] = scale * (g[c] - sumFactor * sum + 2 * qProduct * direction)
  }
}
