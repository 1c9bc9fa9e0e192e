import Evaluation
import Foundation
import Images
import Testing

/// Which settings of several pools are the best, and what is written of them.
@Suite struct FrontierTests {
  /// A setting that keeps `kept` samples, beside as many plain ones of recall 0.8 ± 0.02.
  private func setting(
    precision: Double, recall: Double, kept: Int = 500, draws: Double = 1, isComplete: Bool = true,
    reach: Double = 0.02
  ) -> SettingFigures {
    func estimate(_ value: Double, _ reach: Double = 0.02) -> Estimate {
      Estimate(value: value, lower: value - reach, upper: value + reach)
    }
    func quality(_ precision: Double, _ recall: Double, _ reach: Double = 0.02) -> QualityFigures {
      QualityFigures(precision: estimate(precision), recall: estimate(recall, reach))
    }
    return SettingFigures(
      setting: RejectionSetting(.keep, 0.5), kept: kept, acceptance: 1 / draws,
      drawsPerKeptImage: draws, quality: quality(precision, recall, reach),
      unfilteredQuality: quality(0.6, 0.8), ceiling: nil,
      classes: [ClassFigures(name: "a", drawn: 10, kept: isComplete ? 10 : 0)])
  }

  /// Two pools of one dial: plain sampling, and one that loses recall as it gains precision.
  private var figures: [[[SettingFigures]]] {
    [
      [[setting(precision: 0.6, recall: 0.8), setting(precision: 0.7, recall: 0.79, draws: 2)]],
      [
        [
          setting(precision: 0.7, recall: 0.785), setting(precision: 0.9, recall: 0.6),
          setting(precision: 0.91, recall: 0.4, draws: 3),
          setting(precision: 0.99, recall: 0.8, kept: 199),
          setting(precision: 0.98, recall: 0.8, isComplete: false),
        ]
      ],
    ]
  }

  @Test func theRecommendedSettingLosesNoRecall() {
    let choice = FrontierChoice.recommended(in: figures, plain: 0)
    // Of the two of precision 0.7 it takes fewer draws.
    #expect(choice.place == FrontierPlace(pool: 1, dial: 0, index: 0))
    #expect(choice.reason.contains("95 % interval of as many plain samples"))
  }

  @Test func theLeastRecallOverrides() {
    let choice = FrontierChoice.recommended(in: figures, plain: 0, leastRecall: 0.5)
    #expect(choice.place == FrontierPlace(pool: 1, dial: 0, index: 1))
    #expect(choice.reason.contains("at least 0.5"))
    let none = FrontierChoice.recommended(in: figures, plain: 0, leastRecall: 0.9)
    #expect(none.place == FrontierPlace(pool: 0, dial: 0, index: 0))
    #expect(none.reason.hasPrefix("No setting has the recall"))
  }

  @Test func qualityFirstTakesTheMostVariedOfTheMostPrecise() {
    let choice = FrontierChoice.qualityFirst(in: figures, plain: 0)
    #expect(choice.place == FrontierPlace(pool: 1, dial: 0, index: 1))
  }

  @Test(arguments: [(50, 0.02), (500, 0.06)])
  func littleIsNoEvidence(kept: Int, reach: Double) {
    let few = [[[setting(precision: 0.9, recall: 0.8, kept: kept, reach: reach)]]]
    for choice in [
      FrontierChoice.recommended(in: few, plain: 0), .qualityFirst(in: few, plain: 0),
    ] {
      #expect(choice.place == FrontierPlace(pool: 0, dial: 0, index: 0))
      #expect(choice.reason.hasPrefix("There are too few samples"))
    }
  }

  @Test func theJSONHasAllSettingsAndTheFrontierOfEachPlane() throws {
    let sample = try SampleFrontier()
    let folder = try sample.write()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let written = try WrittenFrontier(folder: folder)
    #expect(written.pools.map(\.name) == sample.report.pools.map(\.name))
    for (pool, line) in zip(sample.report.pools, written.pools) {
      #expect(
        line.dials.map { $0.settings.map(\.quality) } == pool.figures.map { $0.map(\.quality) })
      #expect(line.dials.map(\.commands) == pool.commands)
    }
    #expect(written.planes.count == 4)
    let plane = written.planes[0]
    let best = plane.frontier.map { plane.points[$0] }
    #expect(!best.isEmpty && best.map(\.x.value) == best.map(\.x.value).sorted())
    for point in plane.points {
      let isSurpassed = plane.points.contains {
        $0.x.value >= point.x.value && $0.y.value >= point.y.value
          && ($0.x.value > point.x.value || $0.y.value > point.y.value)
      }
      let isBest = best.contains {
        $0.x.value == point.x.value && $0.y.value == point.y.value
      }
      #expect(isSurpassed != isBest)
      let setting = written.settings(
        FrontierPlace(pool: point.pool, dial: point.dial, index: point.index))
      #expect(setting.quality.recall == point.x && setting.quality.precision == point.y)
      #expect(setting.kept >= 30 && setting.emptyClasses.isEmpty)
    }
    #expect(plane.ceiling?.y.value == 1)
    // A smaller distance is the better one.
    let distances = written.planes[3]
    let nearest = distances.frontier.map { distances.points[$0].y.value }
    #expect(nearest.min() == distances.points.map(\.y.value).min())
  }

  @Test func thePictureAndThePageAreWhole() throws {
    let folder = try SampleFrontier().write()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let image = try Image(contentsOf: folder + "/frontier.png", color: .color)
    #expect(image.width == 1040 && image.height == 840 + 16 * 7)
    let page = try String(contentsOfFile: folder + "/report.html", encoding: .utf8)
    #expect(!page.contains("NaN") && !page.contains("Infinity") && !page.contains("{{"))
    #expect(!page.contains("http:") && !page.contains("https:") && !page.contains("src="))
    // The pool called </script> has not ended one.
    #expect(page.components(separatedBy: "</script>").count == 3)
  }
}
