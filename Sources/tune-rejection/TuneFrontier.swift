import Artifacts
import CommandLineTools
import Evaluation
import Foundation
import Generation
import Images
import Models
import PixelCNN

extension TuneRejection {
  /// How many candidates of each class a pool has, unless `--draw` says so.
  private static let candidatesPerClass = 100

  /// Draws the pools that `--guidance` and `--temperature` ask for, or a shard of each, and compares all
  /// settings of all of them.
  func tuneFrontier() throws {
    Interruption.install()
    let judged = try JudgedModels(path: models, needsPriors: true, in: arithmetic.requested)
    try judged.checkJudge(of: judged.folder.classNames)
    guard let basis = RejectionBasis(standardFor: judged.folder) else {
      throw FileError(
        models, "has no classifier for classes of images, and no critic",
        remedy: "train one with train-classifier")
    }
    let distributions = try frontier.distributions(for: judged.folder)
    let drawing = PoolDrawing(
      models: judged, basis: basis, seed: seed.seed,
      countPerClass: choice.draw ?? Self.candidatesPerClass,
      folder: path("pools"))
    if let shard = frontier.shards.shard {
      for distribution in distributions { try drawing.draw(shard, of: distribution) }
      return
    }
    let shape = judged.folder.vqvae.imageShape
    let real = try images.open(shapedFor: shape)
    let training = try choice.trainingImages(images)?.open(shapedFor: shape) ?? real
    let folder = try OutputFolder(
      path: output, for: ["report.html", "report.json", "frontier.png"])
    defer { folder.release() }
    try AtomicFile.checkWritable(folder("report.html"))
    let drawn = try distributions.map {
      DrawnPool(name: drawing.name(of: $0), path: try drawing.draw($0))
    }
    let compared = try comparedImages(real)
    let pools = try measure(drawn, from: judged, among: compared, training)
    let report = FrontierReport(
      pools, plain: 0, leastRecall: frontier.recallAtLeast,
      summary: frontierSummary(pools, compared, real),
      notes: notes(judged, basis: basis))
    try report.write(to: output)
    printOutcome(report, of: judged)
  }

  private struct DrawnPool {
    let name, path: String
  }

  /// What the settings of each pool are worth; the first pool is plain sampling.
  private func measure(
    _ drawn: [DrawnPool], from models: JudgedModels, among compared: Subset,
    _ training: any ImageDataset
  ) throws -> [FrontierPool] {
    let judge = models.judge
    let pictures = try (0..<compared.count).map { try compared.image(at: $0) }
    let real = ComparedImages(try judge.judgement(of: pictures).features, seed: seed.seed)
    let progress = ProgressReporter("comparing", total: drawn.count, unit: "pool")
    var (plain, ceiling): (RandomSets?, RandomSets?)
    return try drawn.enumerated().map { index, drawn in
      let pool = try CandidatePool(samples: drawn.path, from: models)
      let images = pool.images(of: pool.candidates)
      let samples = try JudgedSamples(
        pool.candidates, classNames: models.folder.classNames, images: images, by: judge,
        path: drawn.path)
      if index == 0 {
        plain = RandomSets(of: samples, among: real, .unfiltered)
        ceiling = try TrainingCeiling(training: training, judge: judge, seed: seed.seed)
          .images(for: samples.labels, of: models.folder.classNames, besides: pictures)
          .map { RandomSets(of: $0, among: real, .training) }
      }
      let dials = [RejectionDial(thresholdsFor: samples), RejectionDial(fractionsOf: samples)]
      let figures = RejectionSweep(samples, among: real, unfiltered: plain, training: ceiling)
        .run(dials)
      try Interruption.throwIfRequested()
      progress.report(index + 1)
      let command = SamplingCommand(pool.file, models: self.models, output: path("samples"))
      return FrontierPool(
        name: drawn.name, samples, images: images, dials: dials, figures: figures,
        commands: figures.map { $0.map(command.line) })
    }
  }

  private func frontierSummary(
    _ pools: [FrontierPool], _ compared: Subset, _ real: any ImageDataset
  ) -> String {
    let choice = compared.count < real.count ? ", chosen at random from its \(real.count)" : ""
    return
      "\(pools.count) pools of \(pools[0].samples.count) candidates each, drawn from \(models), "
      + "compared with \(compared.count) real images of \(images.images)\(choice)."
  }

  /// Prints the two settings that the rules chose and the frontier, and where to look.
  private func printOutcome(_ report: FrontierReport, of models: JudgedModels) {
    let places = [
      ("recommended", report.recommended.place), ("quality first", report.qualityFirst.place),
      ("plain", FrontierPlace(pool: report.plain, dial: 0, index: 0)),
    ]
    var choices = TextTable(["figure"] + places.map(\.0) + ["as many real"])
    let lines = places.map { report.figures(of: $0.1) }
    choices.addRow(["setting"] + places.map { report.name(of: $0.1) } + [""])
    choices.addRow(["kept"] + lines.map { "\($0.kept)" } + ["\(report.plainFigures.kept)"])
    choices.addRow(["draws per kept image"] + lines.map(draws) + [""])
    for (name, figure) in Self.figureNames(of: models) {
      choices.addRow(
        [name] + lines.map { described(figure($0.quality)) }
          + [describedCeiling(report.plainFigures.ceiling, figure)])
    }
    print(choices.description)
    var frontier = TextTable(["frontier", "recall", "precision", "kept", "draws per kept image"])
    for place in report.frontier {
      let line = report.figures(of: place)
      frontier.addRow([
        report.name(of: place), described(line.quality.recall), described(line.quality.precision),
        "\(line.kept)", draws(line),
      ])
    }
    print("\n\(frontier)")
    for (name, choice) in [
      ("Recommended", report.recommended), ("Quality first", report.qualityFirst),
    ] {
      print("\n\(name): \(report.name(of: choice.place)). \(choice.reason)")
      print(onOneLine(report.command(of: choice.place)))
    }
    print("Look at \((output as NSString).appendingPathComponent("report.html"))")
  }
}
