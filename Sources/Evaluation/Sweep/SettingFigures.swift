/// What one setting of the dial does to the samples.
public struct SettingFigures: Codable, Sendable {
  /// The setting.
  public var setting: RejectionSetting
  /// How many candidates it keeps.
  public var kept: Int
  /// The fraction of all candidates it keeps.
  public var acceptance: Double
  /// How many candidates must be drawn for a kept image when all classes are to have as many; nil if
  /// a class has none.
  public var drawsPerKeptImage: Double?
  /// What the kept samples are worth.
  public var quality: QualityFigures
  /// What as many samples drawn at random are worth. Recall, coverage and the Fréchet distance change
  /// with the number of samples, so that a setting must be compared with these.
  public var unfilteredQuality: QualityFigures
  /// What as many real training images at random are worth, which is what can be had at all; nil where
  /// there are none to compare with.
  public var ceiling: QualityFigures?
  /// The same for each class, in order of label.
  public var classes: [ClassFigures]

  /// What a setting does to samples.
  public init(
    setting: RejectionSetting, kept: Int, acceptance: Double, drawsPerKeptImage: Double?,
    quality: QualityFigures, unfilteredQuality: QualityFigures, ceiling: QualityFigures? = nil,
    classes: [ClassFigures]
  ) {
    self.setting = setting
    self.kept = kept
    self.acceptance = acceptance
    self.drawsPerKeptImage = drawsPerKeptImage
    self.quality = quality
    self.unfilteredQuality = unfilteredQuality
    self.ceiling = ceiling
    self.classes = classes
  }

  /// The classes of which there are candidates, but it keeps none.
  public var emptyClasses: [String] {
    classes.filter { $0.drawn > 0 && $0.kept == 0 }.map(\.name)
  }
}

/// What a set of samples is worth. Figures for which there are too few samples are nil.
public struct QualityFigures: Codable, Hashable, Sendable {
  /// The fraction that the judge reads as the class asked for.
  public var judgedAccuracy: Estimate?
  /// The Fréchet distance of the judge's features to those of the real images.
  public var frechetDistance: Estimate?
  /// See `ManifoldFigures`.
  public var precision: Estimate?
  /// See `ManifoldFigures`.
  public var recall: Estimate?
  /// See `ManifoldFigures`.
  public var density: Estimate?
  /// See `ManifoldFigures`.
  public var coverage: Estimate?

  /// Figures, of which none is known unless given.
  public init(
    judgedAccuracy: Estimate? = nil, frechetDistance: Estimate? = nil, precision: Estimate? = nil,
    recall: Estimate? = nil, density: Estimate? = nil, coverage: Estimate? = nil
  ) {
    self.judgedAccuracy = judgedAccuracy
    self.frechetDistance = frechetDistance
    self.precision = precision
    self.recall = recall
    self.density = density
    self.coverage = coverage
  }
}

/// What one setting of the dial does to the samples of one class.
public struct ClassFigures: Codable, Sendable {
  /// What the class is called.
  public var name: String
  /// How many candidates there are.
  public var drawn: Int
  /// How many are kept.
  public var kept: Int
  /// The fraction of kept images that the judge reads as this class; nil if none is kept.
  public var judgedAccuracy: Double?

  /// What a setting does to the samples of the class called `name`.
  public init(name: String, drawn: Int, kept: Int, judgedAccuracy: Double? = nil) {
    self.name = name
    self.drawn = drawn
    self.kept = kept
    self.judgedAccuracy = judgedAccuracy
  }

  /// The fraction that is kept; nil if there are no candidates.
  public var acceptance: Double? { drawn == 0 ? nil : Double(kept) / Double(drawn) }
}
