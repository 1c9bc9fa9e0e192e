import Tensors

/// The mean and covariance of a set of features, in a form to which sets can be added.
public struct FeatureMoments: Sendable {
  /// How many features describe an image.
  public let dimension: Int
  /// How many images were added.
  public private(set) var count = 0
  private var sums: [Double]
  /// Σ x xᵀ, of which only the part up to the diagonal is kept up: [dimension, dimension].
  private var products: [Double]

  /// The moments of no images yet.
  public init(dimension: Int) {
    self.dimension = dimension
    sums = [Double](repeating: 0, count: dimension)
    products = [Double](repeating: 0, count: dimension * dimension)
  }

  /// The moments of the rows of `features`, [images, features].
  public init(of features: Tensor) {
    self.init(dimension: features.channels)
    for row in 0..<features.rows { add(features, row: row) }
  }

  /// Adds one row of `features`, [images, dimension].
  public mutating func add(_ features: Tensor, row: Int) {
    precondition(features.channels == dimension, "the moments are of other features")
    let x = features.buffer[row * dimension..<(row + 1) * dimension].map(Double.init)
    let dimension = dimension
    count += 1
    for (i, value) in x.enumerated() { sums[i] += value }
    products.withUnsafeMutableBufferPointer { products in
      x.withUnsafeBufferPointer { x in
        for i in 0..<dimension {
          for j in 0...i { products[i * dimension + j] += x[i] * x[j] }
        }
      }
    }
  }

  /// Adds all images of `other`.
  public mutating func add(_ other: FeatureMoments) {
    precondition(other.dimension == dimension, "the moments are of other features")
    count += other.count
    for i in sums.indices { sums[i] += other.sums[i] }
    for i in products.indices { products[i] += other.products[i] }
  }

  /// The mean of each feature; zero of no images.
  var mean: [Double] { sums.map { $0 / Double(max(count, 1)) } }

  /// The unbiased covariance, which takes at least two images.
  var covariance: SymmetricMatrix {
    let mean = mean
    var elements = products
    for i in 0..<dimension {
      for j in 0...i {
        let deviation = products[i * dimension + j] - Double(count) * mean[i] * mean[j]
        elements[i * dimension + j] = deviation / Double(max(count - 1, 1))
        elements[j * dimension + i] = elements[i * dimension + j]
      }
    }
    return SymmetricMatrix(size: dimension, elements: elements)
  }

  /// Whether there are more images than features, without which the covariance is singular whatever
  /// the images are.
  var suffice: Bool { count > dimension }
}

/// The Fréchet distance between normal distributions fitted to features of images (arXiv 1706.08500):
/// ‖μ₁ − μ₂‖² + Tr(Σ₁ + Σ₂ − 2 (Σ₁ Σ₂)^½). Known as FID where the features are Inception's.
public struct FrechetDistance: Sendable {
  private let reference: FeatureMoments
  private let covarianceTrace: Double
  private let root: SymmetricMatrix

  /// Distances from `reference`; nil if it has no more images than features.
  public init?(from reference: FeatureMoments) {
    guard reference.suffice else { return nil }
    self.reference = reference
    let covariance = reference.covariance
    covarianceTrace = covariance.trace
    root = covariance.squareRoot
  }

  /// The distance to `samples`, at least 0; nil if they are no more than the features.
  public func callAsFunction(to samples: FeatureMoments) -> Double? {
    guard samples.suffice else { return nil }
    let covariance = samples.covariance
    // Σ₁ Σ₂ has the eigenvalues of the symmetric Σ₁^½ Σ₂ Σ₁^½.
    let crossTrace = covariance.conjugated(by: root).eigenvalues(withVectors: false).values
      .reduce(0) { $0 + max($1, 0).squareRoot() }
    let shift = zip(samples.mean, reference.mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return max(shift + covarianceTrace + covariance.trace - 2 * crossTrace, 0)
  }
}

extension SymmetricMatrix {
  fileprivate var trace: Double { (0..<size).reduce(0) { $0 + elements[$1 * size + $1] } }
}
