import Tensors

/// Turns the dials through all their settings and measures what each of them keeps.
public struct RejectionSweep {
  /// From how many random halves the intervals are found.
  public static let standardHalfSamples = 50

  private let samples: JudgedSamples
  private let reference: Tensor
  private let neighbors: NeighborCounts
  private let halves: HalfSamples
  private let randomness: Randomness

  /// A sweep over `samples`.
  ///
  /// - Parameters:
  ///   - reference: the judge's features of real images: [images, features].
  ///   - halfSamples: from how many random halves the intervals are found.
  ///   - seed: says which halves.
  public init(
    _ samples: JudgedSamples, reference: Tensor, neighbors: NeighborCounts = .standard,
    halfSamples: Int = standardHalfSamples, seed: UInt64
  ) {
    precondition(
      samples.features.channels == reference.channels, "the features are of different judges")
    self.samples = samples
    self.reference = reference
    self.neighbors = neighbors
    randomness = Randomness(seed: seed)
    halves = HalfSamples(count: halfSamples, randomness: randomness.stream("half samples"))
  }

  /// The figures of each setting of each dial.
  ///
  /// The figures are of all kept candidates, classes in the proportions in which they are kept.
  /// Takes time with the square of the numbers of samples and real images, for all settings and half
  /// samples together hardly more than for one.
  ///
  /// - Parameter progress: called with the number of candidates compared with the real images.
  public func run(
    _ dials: [RejectionDial], progress: (Int) -> Void = { _ in }
  ) -> [[SettingFigures]] {
    let nested = dials.map { NestedSets(levels: $0.levels, count: $0.settings.count) }
    let random = randomness.stream("unfiltered")
    let families = nested + nested.map { $0.shuffled(random) }
    let sampleParts = Parts(wholeOf: samples.count, and: halves, for: "samples")
    let referenceParts = Parts(wholeOf: reference.rows, and: halves, for: "reference")
    let distances = frechetDistances(families, sampleParts, referenceParts)
    let manifolds = ReferenceManifold(reference, parts: referenceParts, neighbors: neighbors)
      .figures(
        of: samples.features, parts: sampleParts, families: families, progress: progress)
    func quality(_ family: Int, _ setting: Int) -> QualityFigures {
      let parts = (0..<sampleParts.count).map { part in
        Measurement(
          frechetDistance: distances[part][family][setting],
          manifold: manifolds[part][family][setting])
      }
      return QualityFigures(
        parts[0], halves: parts.dropFirst(), judged: judgedAccuracy(families[family], setting))
    }
    return dials.indices.map { dial in
      dials[dial].settings.indices.map { setting in
        figures(
          dials[dial], setting, quality: quality(dial, setting),
          unfiltered: quality(dials.count + dial, setting))
      }
    }
  }

  /// The Fréchet distances by part, family and set.
  private func frechetDistances(
    _ families: [NestedSets], _ sampleParts: Parts, _ referenceParts: Parts
  ) -> [[[Double?]]] {
    (0..<sampleParts.count).concurrentlyMapped { part in
      var moments = FeatureMoments(dimension: reference.channels)
      for row in referenceParts.members(of: part) { moments.add(reference, row: row) }
      let distance = FrechetDistance(from: moments)
      let members = sampleParts.members(of: part)
      return families.map { nestedMoments(members, $0).map { distance?(to: $0) } }
    }
  }

  /// The moments of what each set has of some samples: the sum over all levels above its number.
  private func nestedMoments(_ members: [Int], _ sets: NestedSets) -> [FeatureMoments] {
    var moments = Array(
      repeating: FeatureMoments(dimension: reference.channels), count: sets.count + 1)
    for member in members { moments[sets.levels[member]].add(samples.features, row: member) }
    for level in (1..<sets.count).reversed() { moments[level].add(moments[level + 1]) }
    return Array(moments.dropFirst())
  }

  private func judgedAccuracy(_ sets: NestedSets, _ set: Int) -> Estimate? {
    guard let judged = samples.judgedLabels else { return nil }
    let members = sets.levels.indices.filter { sets.levels[$0] > set }
    return Estimate(
      part: members.count { judged[$0] == samples.labels[$0] }, of: members.count)
  }

  private func figures(
    _ dial: RejectionDial, _ setting: Int, quality: QualityFigures, unfiltered: QualityFigures
  ) -> SettingFigures {
    let kept = (0..<samples.count).filter { dial.levels[$0] > setting }
    let classes = classFigures(of: kept)
    return SettingFigures(
      setting: dial.settings[setting], kept: kept.count,
      acceptance: Double(kept.count) / Double(max(samples.count, 1)),
      drawsPerKeptImage: drawsPerKeptImage(classes), quality: quality,
      unfilteredQuality: unfiltered, classes: classes)
  }

  private func classFigures(of kept: [Int]) -> [ClassFigures] {
    var classes = samples.classNames.map { ClassFigures(name: $0, drawn: 0, kept: 0) }
    var right = classes.map { _ in 0 }
    for label in samples.labels { classes[Int(label)].drawn += 1 }
    for sample in kept {
      let label = samples.labels[sample]
      classes[Int(label)].kept += 1
      if samples.judgedLabels?[sample] == label { right[Int(label)] += 1 }
    }
    for index in classes.indices where classes[index].kept > 0 && samples.judgedLabels != nil {
      classes[index].judgedAccuracy = Double(right[index]) / Double(classes[index].kept)
    }
    return classes
  }

  /// The mean over the classes that were drawn of the inverse of their acceptance.
  private func drawsPerKeptImage(_ classes: [ClassFigures]) -> Double? {
    let drawn = classes.filter { $0.drawn > 0 }
    guard !drawn.isEmpty, drawn.allSatisfy({ $0.kept > 0 }) else { return nil }
    return drawn.reduce(0) { $0 + Double($1.drawn) / Double($1.kept) } / Double(drawn.count)
  }
}

extension NestedSets {
  /// Sets of the same sizes, whose members are drawn at random.
  fileprivate func shuffled(_ randomness: Randomness) -> NestedSets {
    let keys = randomness.uniforms(levels.count, in: 0...1)
    let order = levels.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
    var shuffled = levels
    for (place, level) in zip(order, levels) { shuffled[place] = level }
    return NestedSets(levels: shuffled, count: count)
  }
}

/// The plain figures of one set in one part.
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
