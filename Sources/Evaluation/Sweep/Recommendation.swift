/// The setting to use, and why.
public struct Recommendation: Codable, Sendable {
  /// The number of its dial in the sweep, from 0.
  public var dial: Int
  /// Its number among the settings of the dial, from 0.
  public var index: Int
  /// The rule it was chosen by, in a sentence.
  public var reason: String

  /// The strictest setting up to which recall stays within the confidence interval of as many samples
  /// drawn at random: better samples, and no loss of variety that could be told from chance.
  ///
  /// Settings that leave a class without samples, or too few samples to tell, end the search.
  public init(for sweep: [[SettingFigures]]) {
    let candidates = sweep.indices.map { ($0, Self.strictest(of: sweep[$0])) }
    let best = candidates.min {
      sweep[$0.0][$0.1].acceptance < sweep[$1.0][$1.1].acceptance
    }
    (dial, index) = best ?? (0, 0)
    guard sweep.first?.first?.unfilteredQuality.recall?.lower != nil else {
      reason =
        "There are too few samples to tell one setting from another, so nothing is turned away."
      return
    }
    reason =
      "The strictest setting up to which recall stays within the 95 % interval of as many unfiltered "
      + "samples: better ones, at no loss of variety that could be told from chance."
  }

  /// The setting that the user has asked for.
  ///
  /// Nil if no dial has it.
  public init?(of setting: RejectionSetting, in sweep: [[SettingFigures]]) {
    for (dial, settings) in sweep.enumerated() {
      if let index = settings.firstIndex(where: { $0.setting == setting }) {
        self.dial = dial
        self.index = index
        reason = "Chosen by hand, instead of the recommended one."
        return
      }
    }
    return nil
  }

  private static func strictest(of settings: [SettingFigures]) -> Int {
    let end = settings.firstIndex { line in
      guard let recall = line.quality.recall, let bound = line.unfilteredQuality.recall?.lower
      else { return true }
      return recall.value < bound || !line.emptyClasses.isEmpty
    }
    return max((end ?? settings.count) - 1, 0)
  }
}
