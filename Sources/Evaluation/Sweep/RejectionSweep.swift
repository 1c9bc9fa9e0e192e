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
  /// Takes time with the square of the numbers of samples and real images, for all settings together
  /// hardly more than for one.
  ///
  /// - Parameter progress: called with the number of half samples measured.
  public func run(
    _ dials: [RejectionDial], progress: (Int) -> Void = { _ in }
  ) -> [[SettingFigures]] {
    let nested = dials.map { NestedSets(levels: $0.levels, count: $0.settings.count) }
    let random = randomness.stream("unfiltered")
    let sets = nested + nested.map { $0.shuffled(random) }
    let whole = measure(
      sets, samples: Array(0..<samples.count), reference: Array(0..<reference.rows))
    var parts: [[[Measurement]]] = []
    for index in 0..<halves.count {
      parts.append(
        measure(
          sets, samples: halves.half(index, of: samples.count, for: "samples"),
          reference: halves.half(index, of: reference.rows, for: "reference")))
      progress(index + 1)
    }
    func quality(_ set: Int, _ setting: Int) -> QualityFigures {
      QualityFigures(whole[set][setting], halves: parts.map { $0[set][setting] })
    }
    return dials.indices.map { dial in
      dials[dial].settings.indices.map { setting in
        figures(
          dials[dial], setting, quality: quality(dial, setting),
          unfiltered: quality(dials.count + dial, setting))
      }
    }
  }

  private func measure(
    _ families: [NestedSets], samples rows: [Int], reference referenceRows: [Int]
  ) -> [[Measurement]] {
    let families = families.map { $0.restricted(to: rows) }
    let manifolds = ReferenceManifold(reference, rows: referenceRows, neighbors: neighbors)
      .figures(of: samples.features, rows: rows, families: families)
    var moments = FeatureMoments(dimension: reference.channels)
    for row in referenceRows { moments.add(reference, row: row) }
    let frechetDistance = FrechetDistance(from: moments)
    return zip(families, manifolds).map { sets, manifolds in
      let distances = nestedMoments(rows, sets).concurrentlyMapped { frechetDistance?(to: $0) }
      return manifolds.indices.map { index in
        let kept = zip(rows, sets.levels).filter { $0.1 > index }.map(\.0)
        return Measurement(
          count: kept.count,
          judgedAsAsked: kept.count { samples.judgedLabels[$0] == samples.labels[$0] },
          frechetDistance: distances[index], manifold: manifolds[index])
      }
    }
  }

  /// The moments of what each setting keeps: the sum over all levels above its number.
  private func nestedMoments(_ rows: [Int], _ sets: NestedSets) -> [FeatureMoments] {
    var moments = Array(
      repeating: FeatureMoments(dimension: reference.channels), count: sets.count + 1)
    for (row, level) in zip(rows, sets.levels) { moments[level].add(samples.features, row: row) }
    for level in (1..<sets.count).reversed() { moments[level].add(moments[level + 1]) }
    return Array(moments.dropFirst())
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
      if samples.judgedLabels[sample] == label { right[Int(label)] += 1 }
    }
    for index in classes.indices where classes[index].kept > 0 {
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

/// The plain figures of one set of some of the images.
private struct Measurement {
  /// How many samples there are, and how many of them the judge reads as asked.
  var (count, judgedAsAsked) = (0, 0)
  var frechetDistance: Double?
  var manifold = ManifoldFigures()
}

extension QualityFigures {
  fileprivate init(_ whole: Measurement, halves: [Measurement]) {
    func estimate(
      _ figure: (Measurement) -> Double?, _ limits: ClosedRange<Double> = 0...1
    ) -> Estimate? {
      figure(whole).map { Estimate(value: $0, halfSamples: halves.map(figure), limits: limits) }
    }
    let positive = 0...Double.infinity
    self.init(
      judgedAccuracy: Estimate(part: whole.judgedAsAsked, of: whole.count),
      frechetDistance: estimate(\.frechetDistance, positive),
      precision: estimate(\.manifold.precision), recall: estimate(\.manifold.recall),
      density: estimate(\.manifold.density, positive), coverage: estimate(\.manifold.coverage))
  }
}

extension Array {
  /// The results for all elements, computed on all threads.
  fileprivate func concurrentlyMapped<Result>(_ transform: (Element) -> Result?) -> [Result?] {
    var results = [Result?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { results in
      ThreadPool.shared.perform(count) { results[$0] = transform(self[$0]) }
    }
    return results
  }
}
