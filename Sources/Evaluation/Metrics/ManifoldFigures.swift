import Tensors

/// How a set of samples lies among reference images, by balls around each image that reach to its k-th
/// nearest neighbour of its own set. Nil where there are too few images to have k neighbours.
public struct ManifoldFigures: Hashable, Sendable {
  /// The fraction of samples inside some ball of the reference: how many are realistic
  /// (arXiv 1904.06991).
  public var precision: Double?
  /// The fraction of the reference inside some ball of the samples: how much of it they can show
  /// (arXiv 1904.06991).
  public var recall: Double?
  /// The mean over samples of the number of reference balls they are in, per k; may exceed 1
  /// (arXiv 2002.09797).
  public var density: Double?
  /// The fraction of reference balls with a sample in them (arXiv 2002.09797).
  public var coverage: Double?

  /// The figures of `samples`, [images, features], among `reference`, [images, features].
  public init(of samples: Tensor, among reference: Tensor, neighbors: NeighborCounts = .standard) {
    self =
      nestedManifoldFigures(
        samples: samples, levels: Array(repeating: 1, count: samples.rows), setCount: 1,
        reference: reference, neighbors: neighbors)[0]
  }

  init() {}
}

/// Which neighbour a ball reaches to.
public struct NeighborCounts: Codable, Hashable, Sendable {
  /// For precision and recall; at least 1.
  public var precisionRecall: Int
  /// For density and coverage; at least 1.
  public var densityCoverage: Int

  /// Balls to the given neighbours.
  public init(precisionRecall: Int, densityCoverage: Int) {
    self.precisionRecall = precisionRecall
    self.densityCoverage = densityCoverage
  }

  /// The numbers of the two papers: 3 and 5.
  public static let standard = NeighborCounts(precisionRecall: 3, densityCoverage: 5)
}

/// The figures of several sets of samples of which each contains the next.
///
/// All sets together cost hardly more than the largest: each pair of images is looked at once.
/// Distances are computed in single precision; those that rounding cannot tell from a ball's radius
/// count as inside.
///
/// - Parameters:
///   - samples: all samples: [images, features].
///   - levels: of each sample, how many of the sets it is in: those before this number.
///   - setCount: how many sets there are, 1 to 64.
///   - reference: what they are compared with: [images, features].
public func nestedManifoldFigures(
  samples: Tensor, levels: [Int], setCount: Int, reference: Tensor, neighbors: NeighborCounts
) -> [ManifoldFigures] {
  let sets = NestedSets(levels: levels, count: setCount)
  return ReferenceManifold(
    reference, subsamples: Subsamples(wholeOf: reference.rows), neighbors: neighbors
  ).figures(of: samples, subsamples: Subsamples(wholeOf: samples.rows), families: [sets])[0][0]
}
