import Tensors

/// How the values of a parameter are first drawn.
public enum Initializer: Sendable {
  /// The same value everywhere.
  case constant(Float)
  /// Uniform with variance 2/fanIn (arXiv 1502.01852): keeps the size of signals through rectifiers.
  case rectified(fanIn: Int)
  /// Uniform with variance 1/(3 fanIn), customary in front of other nonlinearities.
  case uniform(fanIn: Int)
  /// Normal with mean 0 and the given standard deviation.
  case normal(deviation: Float)
  /// These values, in row-major order.
  case given([Float])

  func tensor(of shape: [Int], from randomness: Randomness) -> Tensor {
    let count = shape.reduce(1, *)
    switch self {
    case .constant(let value):
      return Tensor(repeating: value, shape: shape)
    case .rectified(let fanIn):
      return uniform(bound: (6 / Float(max(fanIn, 1))).squareRoot(), shape, randomness)
    case .uniform(let fanIn):
      return uniform(bound: 1 / Float(max(fanIn, 1)).squareRoot(), shape, randomness)
    case .normal(let deviation):
      return Tensor(randomness.normals(count).map { $0 * deviation }, shape: shape)
    case .given(let values):
      return Tensor(values, shape: shape)
    }
  }

  private func uniform(bound: Float, _ shape: [Int], _ randomness: Randomness) -> Tensor {
    Tensor(randomness.uniforms(shape.reduce(1, *), in: -bound...bound), shape: shape)
  }
}
