import Evaluation
import Generation
import Images
import Tensors
import Testing

@Suite struct SweepTests {
  private let real: Tensor
  private let candidates: JudgedSamples

  /// 500 candidates of 4 classes with features, of which the better scored are nearer to the real ones.
  init() throws {
    let reference = try ReferenceValues()
    real = try reference.features("reference")
    var features = try reference.features("samples")
    let random = Randomness(seed: 3)
    let scores = random.uniforms(features.rows, in: 0...1).map { 1 - $0 * $0 }
    let channels = features.channels
    features.withMutableElements { elements in
      for index in elements.indices {
        elements[index] += (1 - scores[index / channels]) * (index % 2 == 0 ? 2 : -2)
      }
    }
    candidates = JudgedSamples(
      labels: (0..<500).map { Int32($0 % 4) }, numbers: (0..<500).map { $0 / 4 }, scores: scores,
      judgedLabels: (0..<500).map { Int32(scores[$0] < 0.5 ? 3 : $0 % 4) }, features: features,
      classNames: ["north", "east", "south", "west"])
  }

  private func sweep(_ dials: [RejectionDial], halfSamples: Int = 20) -> [[SettingFigures]] {
    RejectionSweep(candidates, among: compared(halfSamples)).run(dials)
  }

  private func compared(_ halfSamples: Int) -> ComparedImages {
    ComparedImages(real, halfSamples: halfSamples, seed: 1)
  }

  @Test func eachSettingHasTheFiguresOfWhatItKeeps() throws {
    let dials = [
      RejectionDial(thresholdsFor: candidates, extra: [0.5]),
      RejectionDial(fractionsOf: candidates),
    ]
    for (dial, settings) in zip(dials, sweep(dials, halfSamples: 2)) {
      #expect(dial.settings.count >= 20 && settings.map(\.setting) == dial.settings)
      for (index, figures) in settings.enumerated() {
        let kept = candidates.scores.indices.filter { dial.levels[$0] > index }
        #expect(figures.kept == kept.count)
        let alone = ManifoldFigures(of: candidates.features.rows(kept), among: real)
        #expect(figures.quality.precision?.value == alone.precision)
        #expect(figures.quality.recall?.value == alone.recall)
        #expect(figures.quality.density?.value == alone.density)
        #expect(figures.quality.coverage?.value == alone.coverage)
        let frechet = FrechetDistance(from: FeatureMoments(of: real))?(
          to: FeatureMoments(of: candidates.features.rows(kept)))
        #expect((figures.quality.frechetDistance == nil) == (kept.count <= 16))
        if let frechet {
          #expect(abs(try #require(figures.quality.frechetDistance).value - frechet) < 1e-9)
        }
      }
    }
  }

  @Test func thresholdsKeepWhatSamplingWouldKeep() throws {
    let dial = RejectionDial(thresholdsFor: candidates, extra: [0.5])
    #expect(dial.settings.first == RejectionSetting(.threshold, 0))
    let index = try #require(dial.settings.firstIndex(of: RejectionSetting(.threshold, 0.5)))
    for (score, level) in zip(candidates.scores, dial.levels) {
      #expect((level > index) == (score >= 0.5))
    }
  }

  @Test func fractionsKeepTheBestOfEachClass() throws {
    let dial = RejectionDial(fractionsOf: candidates, extra: [0.5])
    let index = try #require(dial.settings.firstIndex(of: RejectionSetting(.keep, 0.5)))
    for label in 0..<4 {
      let members = (0..<500).filter { candidates.labels[$0] == label }
      let kept = members.filter { dial.levels[$0] > index }
      #expect(kept.count == 62)
      let worst = try #require(kept.map { candidates.scores[$0] }.min())
      #expect(members.allSatisfy { dial.levels[$0] > index || candidates.scores[$0] <= worst })
    }
  }

  @Test func qualityRisesAndIntervalsHoldTheValue() throws {
    let settings = sweep([RejectionDial(thresholdsFor: candidates)])[0]
    let (first, middle) = (settings[0], settings[12])
    #expect(first.acceptance == 1 && first.drawsPerKeptImage == 1)
    let (loose, strict) = (
      try #require(first.quality.precision), try #require(middle.quality.precision)
    )
    #expect(try #require(strict.lower) > #require(loose.upper))
    for figures in settings {
      for estimate in [
        figures.quality.judgedAccuracy, figures.quality.precision, figures.quality.recall,
      ] {
        guard let estimate, let lower = estimate.lower, let upper = estimate.upper else { continue }
        #expect(lower <= estimate.value && estimate.value <= upper && lower >= 0 && upper <= 1)
      }
    }
  }

  @Test func asManyUnfilteredSamplesAreComparedWith() throws {
    let settings = sweep([RejectionDial(thresholdsFor: candidates)])[0]
    #expect(settings[0].quality.recall == settings[0].unfilteredQuality.recall)
    #expect(settings[0].quality.density == settings[0].unfilteredQuality.density)
    let middle = settings[12]
    let (kept, random) = (
      try #require(middle.quality.precision), try #require(middle.unfilteredQuality.precision)
    )
    let all = try #require(settings[0].quality.precision)
    let (lower, upper) = (try #require(random.lower), try #require(random.upper))
    #expect(try #require(kept.lower) > upper)
    #expect((lower...upper).contains(all.value))
  }

  /// Real images among themselves are what can be had: here they are drawn as the reference was.
  @Test func asManyRealImagesAreTheCeiling() throws {
    let training = JudgedSamples(
      labels: [Int32](repeating: 0, count: 300), numbers: Array(0..<300),
      scores: [Float](repeating: 1, count: 300), judgedLabels: nil,
      features: real.rows(Array(0..<300)), classNames: candidates.classNames)
    let images = compared(4)
    let settings = RejectionSweep(
      candidates, among: images, training: RandomSets(of: training, among: images, .training)
    ).run([RejectionDial(fractionsOf: candidates)])[0]
    for line in settings {
      let ceiling = try #require(line.ceiling)
      // The judge knows no classes, and of more images than there are nothing can be said.
      #expect(ceiling.judgedAccuracy == nil)
      #expect((ceiling.precision == nil) == (line.kept > 300 || line.kept < 4))
      if let precision = ceiling.precision { #expect(precision.value == 1) }
    }
    #expect(sweep([RejectionDial(fractionsOf: candidates)])[0].allSatisfy { $0.ceiling == nil })
  }

  @Test func otherSamplesMayStandForUnfilteredOnes() throws {
    let dials = [RejectionDial(fractionsOf: candidates)]
    let images = compared(4)
    let same = RejectionSweep(
      candidates, among: images,
      unfiltered: RandomSets(of: candidates, among: images, .unfiltered)
    ).run(dials)[0]
    #expect(same[0].unfilteredQuality.recall?.value == same[0].quality.recall?.value)
    let few = JudgedSamples(
      labels: Array(candidates.labels.prefix(250)), numbers: Array(candidates.numbers.prefix(250)),
      scores: Array(candidates.scores.prefix(250)),
      judgedLabels: candidates.judgedLabels.map { Array($0.prefix(250)) },
      features: candidates.features.rows(Array(0..<250)), classNames: candidates.classNames)
    let others = RejectionSweep(
      candidates, among: images, unfiltered: RandomSets(of: few, among: images, .unfiltered))
    for line in others.run(dials)[0] {
      #expect((line.unfilteredQuality.recall == nil) == (line.kept > 250 || line.kept < 4))
    }
  }

  @Test func aFewSamplesOfOneKindHaveAnInterval() throws {
    // Wilson's interval of 2 of 2 and of 0 of 2, computed with scipy.stats.binomtest.
    let all = try #require(Estimate(part: 2, of: 2))
    let lower = try #require(all.lower)
    #expect(all.value == 1 && all.upper == 1 && abs(lower - 0.342_38) < 1e-4)
    let none = try #require(Estimate(part: 0, of: 2))
    let upper = try #require(none.upper)
    #expect(none.value == 0 && none.lower == 0 && abs(upper - 0.657_62) < 1e-4)
    #expect(Estimate(part: 0, of: 0) == nil)
  }

  @Test func theSameSeedGivesTheSameIntervals() throws {
    let dials = [RejectionDial(fractionsOf: candidates)]
    let (one, two) = (sweep(dials)[0], sweep(dials)[0])
    #expect(one.map(\.quality.recall) == two.map(\.quality.recall))
    #expect(one.map(\.quality.frechetDistance) == two.map(\.quality.frechetDistance))
  }

  @Test func aClassWithoutSamplesIsSaid() throws {
    // West is never trusted: thresholds leave it without samples, fractions do not.
    let shy = JudgedSamples(
      labels: candidates.labels, numbers: candidates.numbers,
      scores: zip(candidates.scores, candidates.labels).map { $1 == 3 ? 0.01 * $0 : $0 },
      judgedLabels: candidates.judgedLabels, features: candidates.features,
      classNames: candidates.classNames)
    let figures = RejectionSweep(shy, among: compared(4)).run([
      RejectionDial(thresholdsFor: shy, extra: [0.5]), RejectionDial(fractionsOf: shy),
    ])
    let strict = try #require(
      figures[0].first { $0.setting == RejectionSetting(.threshold, 0.5) })
    #expect(strict.emptyClasses == ["west"] && strict.drawsPerKeptImage == nil)
    #expect(strict.classes[3].judgedAccuracy == nil && strict.classes[3].acceptance == 0)
    #expect(figures[1].dropLast(4).allSatisfy { $0.emptyClasses.isEmpty })
    let recommended = Recommendation(for: figures, requiring: Self.anyEvidence)
    #expect(figures[recommended.dial][recommended.index].emptyClasses.isEmpty)
  }

  @Test func theRecommendationKeepsRecallAndCanBeOverridden() throws {
    let figures = sweep([
      RejectionDial(thresholdsFor: candidates, extra: [0.9]),
      RejectionDial(fractionsOf: candidates),
    ])
    let recommended = Recommendation(for: figures, requiring: Self.anyEvidence)
    let isVaried = figures[recommended.dial].map { line -> Bool in
      guard let recall = line.quality.recall, let bound = line.unfilteredQuality.recall?.lower
      else { return false }
      return recall.value >= bound
    }
    #expect(recommended.index > 0)
    #expect(isVaried[...recommended.index].allSatisfy { $0 })
    #expect(isVaried.dropFirst(recommended.index + 1).first != true)
    let chosen = try #require(
      Recommendation(of: RejectionSetting(.threshold, 0.9), in: figures))
    #expect(figures[chosen.dial][chosen.index].setting == RejectionSetting(.threshold, 0.9))
    #expect(Recommendation(of: RejectionSetting(.keep, 0.123), in: figures) == nil)
  }

  private static let anyEvidence = Recommendation.Evidence(samples: 1, recallReach: 1)

  @Test func aSettingNeedsEvidenceToBeRecommended() throws {
    let figures = sweep([RejectionDial(fractionsOf: candidates)])
    let boldest = Recommendation(for: figures, requiring: Self.anyEvidence)
    let boldestEvidence = try #require(boldest.evidence)

    // More samples than it keeps: the search ends where they do.
    let samples = boldestEvidence.samples + 30
    let many = Recommendation.Evidence(samples: samples, recallReach: 1)
    let cautious = Recommendation(for: figures, requiring: many)
    #expect(cautious.index < boldest.index && cautious.required == many)
    #expect(figures[0][cautious.index].kept >= samples)
    #expect(figures[0][cautious.index + 1].kept < samples)
    #expect(cautious.evidence?.samples == figures[0][cautious.index].kept)
    #expect(cautious.reason.contains("At least \(samples) kept samples and an interval of recall"))

    for unmet in [(501, 1.0), (1, 1e-9)] {
      let none = Recommendation(
        for: figures, requiring: .init(samples: unmet.0, recallReach: unmet.1))
      #expect(figures[none.dial][none.index].setting.keepsAll)
      #expect(none.reason.hasPrefix("There are too few samples to tell one setting from another"))
      #expect(none.reason.contains("and there are 500 samples and ±0."))
    }
  }

  @Test func tooFewSamplesHaveNoFiguresAndNothingIsRecommended() {
    let few = JudgedSamples(
      labels: [0, 1], numbers: [0, 0], scores: [0.2, 0.9], judgedLabels: [0, 1],
      features: candidates.features.rows([0, 1]), classNames: ["a", "b"])
    let figures = RejectionSweep(few, among: compared(4)).run([
      RejectionDial(thresholdsFor: few), RejectionDial(fractionsOf: few),
    ])
    for setting in figures.joined() {
      #expect(
        setting.quality.recall == nil && setting.quality.frechetDistance == nil
          && setting.quality.coverage == nil)
    }
    let recommended = Recommendation(for: figures)
    #expect(recommended.dial == 0 && recommended.index == 0)
    #expect(recommended.evidence == nil && recommended.required == .standard)
    #expect(recommended.reason.contains("there is no interval; draw more with --draw"))
  }
}
