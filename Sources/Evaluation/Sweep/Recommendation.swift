import Foundation

/// The setting to use, and why.
public struct Recommendation: Codable, Sendable {
  /// How well the variety of samples is known.
  public struct Evidence: Codable, Hashable, Sendable {
    /// How many samples there are.
    public var samples: Int
    /// How far the recall of as many unfiltered samples may be off to either side, with 95 %
    /// confidence: 0 to 1.
    public var recallReach: Double

    /// Samples whose recall is known so far.
    public init(samples: Int, recallReach: Double) {
      self.samples = samples
      self.recallReach = recallReach
    }

    /// What a setting must have to be recommended: below it, a loss of variety that matters cannot be
    /// told from chance, and the strictest setting would always win.
    public static let standard = Evidence(samples: 200, recallReach: 0.05)

    /// What there is of a setting; nil without an interval.
    init?(of figures: SettingFigures) {
      guard let recall = figures.unfilteredQuality.recall, let lower = recall.lower,
        let upper = recall.upper
      else { return nil }
      self.init(
        samples: figures.kept, recallReach: max(recall.value - lower, upper - recall.value))
    }

    func suffices(_ required: Evidence) -> Bool {
      samples >= required.samples && recallReach <= required.recallReach
    }

    fileprivate var description: String {
      "\(samples) samples and ±\(String(format: "%.3f", recallReach))"
    }
  }

  /// The number of its dial in the sweep, from 0.
  public var dial: Int
  /// Its number among the settings of the dial, from 0.
  public var index: Int
  /// The rule it was chosen by, in a sentence or two.
  public var reason: String
  /// What there is of it; nil without an interval.
  public var evidence: Evidence?
  /// What it needed; nil of a setting chosen by hand.
  public var required: Evidence?

  /// The strictest setting up to which recall stays within the confidence interval of as many samples
  /// drawn at random, where that interval is narrow enough to say something: better samples, and no
  /// loss of variety that could be told from chance.
  ///
  /// Settings that leave a class without samples, or too little evidence, end the search.
  public init(for sweep: [[SettingFigures]], requiring required: Evidence = .standard) {
    let candidates = sweep.indices.map { ($0, Self.strictest(of: sweep[$0], required)) }
    let best = candidates.min {
      sweep[$0.0][$0.1].acceptance < sweep[$1.0][$1.1].acceptance
    }
    (dial, index) = best ?? (0, 0)
    evidence = best.flatMap { Evidence(of: sweep[$0.0][$0.1]) }
    self.required = required
    let rule =
      "\(required.samples) kept samples and an interval of recall of at most "
      + "±\(required.recallReach)"
    guard let evidence, evidence.suffices(required) else {
      let found = evidence.map { "there are \($0.description)" } ?? "there is no interval"
      reason =
        "There are too few samples to tell one setting from another, so nothing is turned away: that "
        + "takes \(rule), and \(found); draw more with --draw."
      return
    }
    reason =
      "The strictest setting up to which recall stays within the 95 % interval of as many unfiltered "
      + "samples: better ones, at no loss of variety that could be told from chance. At least \(rule) "
      + "are needed to tell; here they are \(evidence.description)."
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
        evidence = Evidence(of: settings[index])
        required = nil
        return
      }
    }
    return nil
  }

  private static func strictest(of settings: [SettingFigures], _ required: Evidence) -> Int {
    let end = settings.firstIndex { line in
      guard let recall = line.quality.recall, let bound = line.unfilteredQuality.recall?.lower,
        Evidence(of: line)?.suffices(required) == true
      else { return true }
      return recall.value < bound || !line.emptyClasses.isEmpty
    }
    return max((end ?? settings.count) - 1, 0)
  }
}
