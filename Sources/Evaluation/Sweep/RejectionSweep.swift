import Tensors

/// Turns the dials through all their settings and measures what each of them keeps.
public struct RejectionSweep {
  private let samples: JudgedSamples
  private let reference: Tensor
  private let neighbors: NeighborCounts
  private let halves: HalfSamples

  /// A sweep over `samples`.
  ///
  /// - Parameters:
  ///   - reference: the judge's features of real images: [images, features].
  ///   - halfSamples: from how many random halves the intervals are found.
  ///   - seed: says which halves.
  public init(
    _ samples: JudgedSamples, reference: Tensor, neighbors: NeighborCounts = .standard,
    halfSamples: Int = 50, seed: UInt64
  ) {
    precondition(
      samples.features.channels == reference.channels, "the features are of different judges")
    self.samples = samples
    self.reference = reference
    self.neighbors = neighbors
    halves = HalfSamples(count: halfSamples, seed: seed)
  }

  /// The figures of each setting of each dial.
  ///
  /// The figures are of all kept candidates, classes in the proportions in which they are kept.
  /// Takes time in the product of the numbers of samples and real images, for all settings together
  /// hardly more than for one.
  ///
  /// - Parameter progress: called with the number of half samples measured.
  public func run(
    _ dials: [RejectionDial], progress: (Int) -> Void = { _ in }
  ) -> [[SettingFigures]] {
    let whole = measure(
      dials, samples: Array(0..<samples.count), reference: Array(0..<reference.rows))
    var parts: [[[Measurement]]] = []
    for index in 0..<halves.count {
      parts.append(
        measure(
          dials, samples: halves.half(index, of: samples.count, for: "samples"),
          reference: halves.half(index, of: reference.rows, for: "reference")))
      progress(index + 1)
    }
    return dials.indices.map { dial in
      dials[dial].settings.indices.map { setting in
        figures(
          dials[dial], setting, whole[dial][setting], halves: parts.map { $0[dial][setting] })
      }
    }
  }

  /// The plain figures of one setting for some of the images.
  private struct Measurement {
    var judgedAccuracy: Double?
    var frechetDistance: Double?
    var manifold = ManifoldFigures()
  }

  private func measure(
    _ dials: [RejectionDial], samples rows: [Int], reference referenceRows: [Int]
  ) -> [[Measurement]] {
    let manifold = ReferenceManifold(reference, rows: referenceRows, neighbors: neighbors)
    var moments = FeatureMoments(dimension: reference.channels)
    for row in referenceRows { moments.add(reference, row: row) }
    let frechetDistance = FrechetDistance(from: moments)
    return dials.map { dial in
      let levels = rows.map { dial.levels[$0] }
      let count = dial.settings.count
      let manifolds = manifold.figures(
        of: samples.features, rows: rows, levels: levels, setCount: count)
      let distances = nestedMoments(rows, levels, count).concurrentlyMapped {
        frechetDistance?(to: $0)
      }
      return (0..<count).map { setting in
        let kept = zip(rows, levels).filter { $0.1 > setting }.map(\.0)
        return Measurement(
          judgedAccuracy: judgedAccuracy(of: kept), frechetDistance: distances[setting],
          manifold: manifolds[setting])
      }
    }
  }

  /// The moments of what each setting keeps: the sum over all levels above its number.
  private func nestedMoments(_ rows: [Int], _ levels: [Int], _ count: Int) -> [FeatureMoments] {
    var moments = Array(
      repeating: FeatureMoments(dimension: reference.channels), count: count + 1)
    for (row, level) in zip(rows, levels) { moments[level].add(samples.features, row: row) }
    for level in (1..<count).reversed() { moments[level].add(moments[level + 1]) }
    return Array(moments.dropFirst())
  }

  private func judgedAccuracy(of kept: [Int]) -> Double? {
    guard !kept.isEmpty else { return nil }
    let right = kept.count { samples.judgedLabels[$0] == samples.labels[$0] }
    return Double(right) / Double(kept.count)
  }

  private func figures(
    _ dial: RejectionDial, _ setting: Int, _ whole: Measurement, halves: [Measurement]
  ) -> SettingFigures {
    func estimate(
      _ figure: (Measurement) -> Double?, _ limits: ClosedRange<Double> = 0...1
    ) -> Estimate? {
      figure(whole).map {
        Estimate(value: $0, halfSamples: halves.map(figure), limits: limits)
      }
    }
    let positive = 0...Double.infinity
    let kept = (0..<samples.count).filter { dial.levels[$0] > setting }
    let classes = classFigures(of: kept)
    return SettingFigures(
      setting: dial.settings[setting], kept: kept.count,
      acceptance: Double(kept.count) / Double(max(samples.count, 1)),
      drawsPerKeptImage: drawsPerKeptImage(classes),
      judgedAccuracy: estimate(\.judgedAccuracy),
      frechetDistance: estimate(\.frechetDistance, positive),
      precision: estimate(\.manifold.precision), recall: estimate(\.manifold.recall),
      density: estimate(\.manifold.density, positive), coverage: estimate(\.manifold.coverage),
      classes: classes)
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
