import Tensors

/// Turns the dials through all their settings and measures what each of them keeps.
public struct RejectionSweep {
  private let samples: JudgedSamples
  private let real: ComparedImages
  private let unfiltered: RandomSets?
  private let training: RandomSets?

  /// A sweep over `samples`, which are compared with `real` images.
  ///
  /// - Parameters:
  ///   - unfiltered: the candidates of which as many at random stand beside those that are kept; nil for
  ///     `samples` themselves.
  ///   - training: real images that are none of those compared with, of which as many at random say what
  ///     can be had at all.
  public init(
    _ samples: JudgedSamples, among real: ComparedImages, unfiltered: RandomSets? = nil,
    training: RandomSets? = nil
  ) {
    self.samples = samples
    self.real = real
    self.unfiltered = unfiltered
    self.training = training
  }

  /// The figures of each setting of each dial.
  ///
  /// The figures are of all kept candidates, classes in the proportions in which they are kept.
  ///
  /// - Parameter progress: called with the number of candidates compared with the real images.
  public func run(
    _ dials: [RejectionDial], progress: (Int) -> Void = { _ in }
  ) -> [[SettingFigures]] {
    let nested = dials.map { NestedSets(levels: $0.levels, count: $0.settings.count) }
    let random = real.randomness.stream("unfiltered")
    let own = unfiltered == nil ? nested.map { $0.shuffled(random) } : []
    let kept = real.quality(of: nested + own, in: samples, progress: progress)
    let sizes = nested.map(\.sizes)
    let plain =
      unfiltered.map { sizes.map($0.quality(ofSizes:)) } ?? Array(kept.dropFirst(dials.count))
    let ceiling = training.map { sizes.map($0.quality(ofSizes:)) }
    return dials.indices.map { dial in
      dials[dial].settings.indices.map { setting in
        figures(
          dials[dial], setting, quality: kept[dial][setting], unfiltered: plain[dial][setting],
          ceiling: ceiling?[dial][setting])
      }
    }
  }

  private func figures(
    _ dial: RejectionDial, _ setting: Int, quality: QualityFigures, unfiltered: QualityFigures,
    ceiling: QualityFigures?
  ) -> SettingFigures {
    let kept = (0..<samples.count).filter { dial.levels[$0] > setting }
    let classes = classFigures(of: kept)
    return SettingFigures(
      setting: dial.settings[setting], kept: kept.count,
      acceptance: Double(kept.count) / Double(max(samples.count, 1)),
      drawsPerKeptImage: drawsPerKeptImage(classes), quality: quality,
      unfilteredQuality: unfiltered, ceiling: ceiling, classes: classes)
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
  /// How many members each set has.
  fileprivate var sizes: [Int] { (0..<count).map { set in levels.count { $0 > set } } }

  /// Sets of the same sizes, whose members are drawn at random.
  fileprivate func shuffled(_ randomness: Randomness) -> NestedSets {
    var shuffled = levels
    for (place, level) in zip(randomness.order(of: levels.count), levels) {
      shuffled[place] = level
    }
    return NestedSets(levels: shuffled, count: count)
  }
}
