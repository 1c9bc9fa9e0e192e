import Foundation

/// A setting to use, out of all those of several pools, and why.
public struct FrontierChoice: Codable, Sendable {
  /// Which it is.
  public var place: FrontierPlace
  /// The rule it was chosen by, in a sentence or two.
  public var reason: String

  /// The highest precision at no loss of recall that could be told from chance: recall stays within the
  /// 95 % interval of as many plain samples. With `leastRecall`, the highest precision at a recall that
  /// is at least so high.
  ///
  /// Settings that leave a class without samples, or too little evidence, do not count; where none is
  /// left, nothing is turned away of the pool `plain`.
  ///
  /// - Parameter figures: by pool, dial and setting; "unfiltered" are plain samples.
  public static func recommended(
    in figures: [[[SettingFigures]]], plain: Int, leastRecall: Double? = nil,
    requiring required: Recommendation.Evidence = .standard
  ) -> FrontierChoice {
    let known = FrontierPlace.known(in: figures, requiring: required)
    guard !known.isEmpty else { return tooFew(plain, required) }
    let varied = known.filter { place in
      guard let recall = figures[place].quality.recall?.value,
        let bound = leastRecall ?? figures[place].unfilteredQuality.recall?.lower
      else { return false }
      return recall >= bound
    }
    let evidence = "Only settings with \(required.described) count."
    guard let best = mostPrecise(of: varied, in: figures) else {
      let place = known.max { recall($0, figures) < recall($1, figures) } ?? known[0]
      return FrontierChoice(
        place: place,
        reason: "No setting has the recall that was asked for; this has the highest. \(evidence)")
    }
    let rule =
      leastRecall.map { "The highest precision of all settings whose recall is at least \($0)." }
      ?? "The highest precision of all settings whose recall stays within the 95 % interval of as "
      + "many plain samples: better ones, at no loss of variety that could be told from chance."
    return FrontierChoice(place: best, reason: "\(rule) \(evidence)")
  }

  /// For who wants quality first: of all settings whose precision cannot be told from the highest, the
  /// one with the highest recall, compared with that of as many plain samples.
  ///
  /// See `recommended` for the settings that count.
  public static func qualityFirst(
    in figures: [[[SettingFigures]]], plain: Int,
    requiring required: Recommendation.Evidence = .standard
  ) -> FrontierChoice {
    let known = FrontierPlace.known(in: figures, requiring: required)
    guard let best = mostPrecise(of: known, in: figures) else { return tooFew(plain, required) }
    let bound = figures[best].quality.precision.map { $0.lower ?? $0.value } ?? 0
    let equal = known.filter { precision($0, figures) >= bound }
    let place = equal.max { relativeRecall($0, figures) < relativeRecall($1, figures) } ?? best
    return FrontierChoice(
      place: place,
      reason:
        "Of all settings whose precision lies within the 95 % interval of the highest, the one "
        + "that loses least recall, compared with as many plain samples. Only settings with "
        + "\(required.described) count.")
  }

  /// Of equals the one that takes fewer draws.
  private static func mostPrecise(
    of places: [FrontierPlace], in figures: [[[SettingFigures]]]
  ) -> FrontierPlace? {
    func draws(_ place: FrontierPlace) -> Double {
      figures[place].drawsPerKeptImage ?? .infinity
    }
    return places.min {
      (-precision($0, figures), draws($0)) < (-precision($1, figures), draws($1))
    }
  }

  private static func precision(_ place: FrontierPlace, _ figures: [[[SettingFigures]]]) -> Double {
    figures[place].quality.precision?.value ?? 0
  }

  private static func recall(_ place: FrontierPlace, _ figures: [[[SettingFigures]]]) -> Double {
    figures[place].quality.recall?.value ?? 0
  }

  private static func relativeRecall(
    _ place: FrontierPlace, _ figures: [[[SettingFigures]]]
  ) -> Double {
    recall(place, figures) / max(figures[place].unfilteredQuality.recall?.value ?? 1, 1e-9)
  }

  private static func tooFew(_ plain: Int, _ required: Recommendation.Evidence) -> FrontierChoice {
    FrontierChoice(
      place: FrontierPlace(pool: plain, dial: 0, index: 0),
      reason:
        "There are too few samples to tell one setting from another, so nothing is turned away "
        + "and codes are drawn as they are: that takes \(required.described); draw more with --draw."
    )
  }
}

extension Recommendation.Evidence {
  fileprivate var described: String {
    "\(samples) kept samples, and intervals of recall, theirs and that of as many plain samples, of at "
      + "most ±\(recallReach)"
  }
}
