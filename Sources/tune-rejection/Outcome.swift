import Artifacts
import CommandLineTools
import Evaluation
import Foundation
import Generation
import Images
import Models

extension TuneRejection {
  /// What was compared with what.
  func summary(
    _ pool: CandidatePool, of samples: String, compared: Int, of real: Int
  ) -> String {
    let choice = compared < real ? ", chosen at random from its \(real)" : ""
    let drawn = pool.file.givenCodes == nil ? "drawn from \(models)" : "drawn by another program"
    return "\(pool.candidates.count) candidates of \(samples), \(drawn), compared with "
      + "\(compared) real images of \(images.images)\(choice)."
  }

  /// What a reader should know.
  func notes(
    _ models: JudgedModels, basis: RejectionBasis?
  ) -> [String] {
    let neighbors = NeighborCounts.standard
    return [
      "Scores, by which samples are turned away, are \(rejecting(models, by: basis)). All figures come "
        + "from another network, the judge (\(short(models.judge.file.digest))), which had no part in that"
        + (models.judge.knowsClasses
          ? "." : ": it tells which way up a picture is, and knows no classes."),
      "Precision and recall (arXiv 1904.06991) with \(neighbors.precisionRecall) neighbours, "
        + "density and coverage (arXiv 2002.09797) with \(neighbors.densityCoverage), and the Fréchet "
        + "distance, all of the judge's features. Fréchet distances of other features cannot be compared.",
      "Recall, coverage and Fréchet distance change with the number of samples: each setting is "
        + "compared with as many candidates drawn at random.",
      "As many real training images, none of them among those compared with, show what can be had at all.",
      "Intervals are 95 %: Wilson's for what is judged as asked, of all else from "
        + "\(ComparedImages.standardHalfSamples) random halves of samples and real images.",
      "Figures are of all kept candidates, classes in the proportions in which they are kept.",
    ]
  }

  /// What a reader should know of the images beside samples.
  func noteOnNearest(of training: any ImageDataset) -> String {
    "Nearest images are the nearest in pixels, of the \(training.count) of "
      + "\(choice.trainImages ?? images.images)."
  }

  /// Prints the figures of the chosen setting beside those of as many candidates drawn at random.
  func printOutcome(_ report: RejectionReport, of models: JudgedModels) {
    let (dial, index) = (report.chosen.dial, report.chosen.index)
    let chosen = report.figures[dial][index]
    let name = chosen.setting.keepsAll ? "nothing turned away" : chosen.setting.flag
    var table = TextTable(["figure", name, "as many unfiltered", "as many real"])
    table.addRow(["kept"] + [String](repeating: "\(chosen.kept)", count: 3))
    table.addRow(["draws per kept image", draws(chosen), "1.00", ""])
    for (name, figure) in Self.figureNames(of: models) {
      table.addRow([
        name, described(figure(chosen.quality)), described(figure(chosen.unfilteredQuality)),
        describedCeiling(chosen.ceiling, figure),
      ])
    }
    print(table.description)
    if let conditions = report.accuracyConditions {
      var table = TextTable(["classifier trained on", "images", "accuracy on real images"])
      for score in report.accuracyScores {
        table.addRow([score.name, "\(score.samples)", described(score.accuracy, digits: 4)])
      }
      print("\n\(table)\n\(conditions)")
    }
    print("\n" + choice(report))
    print(onOneLine(report.commands[dial][index]))
    print("Look at \((output as NSString).appendingPathComponent("report.html"))")
  }

  /// The figures that the judge of some models finds, in the order of a table.
  static func figureNames(
    of models: JudgedModels
  ) -> [(String, (QualityFigures) -> Estimate?)] {
    let judged: [(String, (QualityFigures) -> Estimate?)] = [("judged as asked", \.judgedAccuracy)]
    return (models.isJudgedByClass ? judged : []) + [
      ("Fréchet distance", \.frechetDistance), ("precision", \.precision), ("recall", \.recall),
      ("density", \.density), ("coverage", \.coverage),
    ]
  }

  /// Which setting the rule recommends, and whether the user has chosen another.
  private func choice(_ report: RejectionReport) -> String {
    func name(_ choice: Recommendation) -> String {
      let setting = report.figures[choice.dial][choice.index].setting
      return setting.keepsAll ? "to keep all" : setting.flag
    }
    let rule = "Recommended: \(name(report.recommended)). \(report.recommended.reason)"
    return self.choice.setting == nil ? rule : "Chosen by hand: \(name(report.chosen)). \(rule)"
  }

  func draws(_ figures: SettingFigures) -> String {
    figures.drawsPerKeptImage.map { String(format: "%.2f", $0) }
      ?? "none kept of \(figures.emptyClasses.joined(separator: ", "))"
  }

  /// A figure of as many real training images.
  func describedCeiling(
    _ ceiling: QualityFigures?, _ figure: (QualityFigures) -> Estimate?
  ) -> String {
    ceiling.map { described(figure($0)) } ?? "none but those compared with"
  }

  func described(_ estimate: Estimate?, digits: Int = 3) -> String {
    guard let estimate else { return "too few samples" }
    func text(_ value: Double) -> String { String(format: "%.\(digits)f", value) }
    guard let lower = estimate.lower, let upper = estimate.upper else {
      return text(estimate.value)
    }
    return "\(text(estimate.value)) (\(text(lower)) to \(text(upper)))"
  }

  /// The network that turns samples away.
  private func rejecting(_ models: JudgedModels, by basis: RejectionBasis?) -> String {
    let classifier = "the classifier's (\(short(models.folder.classifier?.file.digest ?? "")))"
    let critic = "the critic's (\(short(models.folder.critic?.file.digest ?? "")))"
    return switch basis ?? .class {
    case .class: classifier
    case .critic: critic
    case .both: "\(classifier) times \(critic)"
    }
  }

  private func short(_ digest: String) -> String { String(digest.prefix(8)) }
}
