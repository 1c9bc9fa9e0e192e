import Tensors

/// Real images in the features of a judge, with all that it takes to compare any number of pools of
/// samples with them.
public struct ComparedImages {
  /// From how many random halves the intervals are found.
  public static let standardHalfSamples = 50

  let features: Tensor
  let randomness: Randomness
  private let halves: HalfSamples
  private let manifold: ReferenceManifold
  /// The Fréchet distance from the images of each subsample; nil where they are too few.
  private let distances: [FrechetDistance?]

  /// Images to compare with; takes time with the square of their number.
  ///
  /// - Parameters:
  ///   - features: the judge's features of the images: [images, features].
  ///   - halfSamples: from how many random halves the intervals are found.
  ///   - seed: says which halves.
  public init(
    _ features: Tensor, neighbors: NeighborCounts = .standard,
    halfSamples: Int = standardHalfSamples, seed: UInt64
  ) {
    self.features = features
    randomness = Randomness(seed: seed)
    halves = HalfSamples(count: halfSamples, randomness: randomness.stream("half samples"))
    let subsamples = Subsamples(wholeOf: features.rows, and: halves, for: "reference")
    manifold = ReferenceManifold(features, subsamples: subsamples, neighbors: neighbors)
    distances = (0..<subsamples.count).concurrentlyMapped { subsample in
      var moments = FeatureMoments(dimension: features.channels)
      for row in subsamples.members(of: subsample) { moments.add(features, row: row) }
      return FrechetDistance(from: moments)
    }
  }

  /// What each set of each family of nested sets of `samples` is worth.
  ///
  /// Takes time with the product of the numbers of samples and images, for all sets and half samples
  /// together hardly more than for one.
  ///
  /// - Parameter progress: called with the number of samples compared.
  func quality(
    of families: [NestedSets], in samples: JudgedSamples, progress: (Int) -> Void = { _ in }
  ) -> [[QualityFigures]] {
    precondition(
      samples.features.channels == features.channels, "the features are of different judges")
    let subsamples = Subsamples(wholeOf: samples.count, and: halves, for: "samples")
    let distances = frechetDistances(of: families, in: samples, subsamples)
    let manifolds = manifold.figures(
      of: samples.features, subsamples: subsamples, families: families, progress: progress)
    return families.enumerated().map { family, sets in
      (0..<sets.count).map { set in
        let measurements = (0..<subsamples.count).map { subsample in
          Measurement(
            frechetDistance: distances[subsample][family][set],
            manifold: manifolds[subsample][family][set])
        }
        return QualityFigures(
          measurements[0], halves: measurements.dropFirst(),
          judged: samples.judgedAccuracy(of: sets, set))
      }
    }
  }

  /// The Fréchet distances by subsample, family and set.
  private func frechetDistances(
    of families: [NestedSets], in samples: JudgedSamples, _ subsamples: Subsamples
  ) -> [[[Double?]]] {
    (0..<subsamples.count).concurrentlyMapped { subsample in
      let members = subsamples.members(of: subsample)
      return families.map { sets in
        samples.features.nestedMoments(members, sets).map { distances[subsample]?(to: $0) }
      }
    }
  }
}

extension Tensor {
  /// The moments of what each set has of some rows: the sum over all levels above its number.
  fileprivate func nestedMoments(_ members: [Int], _ sets: NestedSets) -> [FeatureMoments] {
    var moments = Array(repeating: FeatureMoments(dimension: channels), count: sets.count + 1)
    for member in members { moments[sets.levels[member]].add(self, row: member) }
    for level in (1..<sets.count).reversed() { moments[level].add(moments[level + 1]) }
    return Array(moments.dropFirst())
  }
}

extension JudgedSamples {
  /// The fraction of a set that the judge reads as the class asked for; nil if the judge knows no classes.
  fileprivate func judgedAccuracy(of sets: NestedSets, _ set: Int) -> Estimate? {
    guard let judgedLabels else { return nil }
    let members = labels.indices.filter { sets.levels[$0] > set }
    return Estimate(part: members.count { judgedLabels[$0] == labels[$0] }, of: members.count)
  }
}

/// The plain figures of one set in one subsample.
private struct Measurement {
  var frechetDistance: Double?
  var manifold: ManifoldFigures
}

extension QualityFigures {
  fileprivate init(_ whole: Measurement, halves: ArraySlice<Measurement>, judged: Estimate?) {
    func estimate(
      _ figure: (Measurement) -> Double?, _ limits: ClosedRange<Double> = 0...1
    ) -> Estimate? {
      figure(whole).map { Estimate(value: $0, halfSamples: halves.map(figure), limits: limits) }
    }
    let positive = 0...Double.infinity
    self.init(
      judgedAccuracy: judged, frechetDistance: estimate(\.frechetDistance, positive),
      precision: estimate(\.manifold.precision), recall: estimate(\.manifold.recall),
      density: estimate(\.manifold.density, positive), coverage: estimate(\.manifold.coverage))
  }
}

extension Range<Int> {
  /// The results for all numbers, computed on all threads.
  fileprivate func concurrentlyMapped<Result>(_ transform: (Int) -> Result) -> [Result] {
    var results = [Result?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { results in
      ThreadPool.shared.perform(count) { results[$0] = transform(lowerBound + $0) }
    }
    return results.compactMap { $0 }
  }
}
