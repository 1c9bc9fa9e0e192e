import Tensors

/// How the values of a parameter are first drawn.
public enum Initializer: Sendable {
  /// The same value everywhere.
  case constant(Float)
  /// Uniform in ±1/√fanIn. Small on purpose: a VQ-VAE whose vectors start large spends its first
  /// thousand steps on the commitment loss.
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
    case .uniform(let fanIn):
      let bound = 1 / Float(max(fanIn, 1)).squareRoot()
      return Tensor(randomness.uniforms(shape.reduce(1, *), in: -bound...bound), shape: shape)
    case .normal(let deviation):
      return Tensor(randomness.normals(count).map { $0 * deviation }, shape: shape)
    case .given(let values):
      return Tensor(values, shape: shape)
    }
  }
}
