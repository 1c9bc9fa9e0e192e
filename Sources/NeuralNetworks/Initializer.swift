import Tensors

/// How the values of a parameter are first drawn.
public enum Initializer: Sendable {
  /// The same value everywhere.
  case constant(Float)
  /// Uniform in ±1/√fanIn: Kaiming's initialization (arXiv 1502.01852) with the gain customary for
  /// convolutions followed by rectifiers of slope √5.
  case uniform(fanIn: Int)
  /// Normal with mean 0 and the given standard deviation.
  case normal(deviation: Float)
  /// The Euclidean norm over all axes but the last of what another initializer draws: the gain that
  /// makes a weight-normalized layer start as if it were not.
  case given([Float])

  func tensor(of shape: [Int], from randomness: Randomness) -> Tensor {
    let count = shape.reduce(1, *)
    switch self {
    case .constant(let value):
      return Tensor(repeating: value, shape: shape)
    case .uniform(let fanIn):
      let bound = 1 / Float(max(fanIn, 1)).squareRoot()
      return Tensor(randomness.uniforms(count, in: -bound...bound), shape: shape)
    case .normal(let deviation):
      return Tensor(randomness.normals(count).map { $0 * deviation }, shape: shape)
    case .given(let values):
      return Tensor(values, shape: shape)
    }
  }
}
