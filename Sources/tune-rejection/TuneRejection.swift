import ArgumentParser
import Artifacts
import CommandLineTools
import Evaluation
import Foundation
import Generation
import Images
import Models
import Tensors

/// The dial between diversity and quality, turned through all its settings.
@main
struct TuneRejection: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune-rejection",
    abstract: "Show what each rejection threshold does to diversity and quality.",
    discussion: """
      Reads all candidates of a sampling by sample-images, the rejected ones too, and compares what \
      each threshold and each kept fraction would keep of them with real images, by the features of \
      a judge that had no part in the rejection. Recommends a setting.

      Writes to the --output folder: report.html, a page to look at and try settings on; curves.png; \
      report.json; and, if --draw added candidates, samples.safetensors with all of them, of which \
      those count as accepted that the sampling's own setting keeps.

      EXAMPLE
        tune-rejection --models models/digits --samples output/candidates/samples.safetensors \
      --images test --train-images train --output output/threshold
      """)

  @Option(
    help: ArgumentHelp(
      "The folder of the models, with judge.safetensors among them.", valueName: "folder"))
  var models: String

  @Option(help: ArgumentHelp("The samples.safetensors of sample-images.", valueName: "path"))
  var samples: String

  @Option(help: ArgumentHelp("The folder to write.", valueName: "folder"))
  var output: String

  @OptionGroup var images: ImageOptions
  @OptionGroup var choice: TuningOptions
  @OptionGroup var seed: SeedOptions
  @OptionGroup var threads: ThreadOptions

  /// How many real images the samples are compared with at most: time goes with their number squared.
  private static let realImageLimit = 10_000

  func perform() throws {
    ThreadPool.shared.resize(to: threads.count)
    var pool = try CandidatePool(samples: samples, models: models)
    let shape = pool.folder.vqvae.imageShape
    let real = try images.open(shapedFor: shape)
    let training = try choice.trainingImages(images)?.open(shapedFor: shape) ?? real
    if choice.classificationAccuracyScore { try checkClasses(pool, real, training) }
    let folder = try OutputFolder(
      path: output, for: ["report.html", "report.json", "curves.png", "samples.safetensors"])
    defer { folder.release() }
    try AtomicFile.checkWritable(folder("report.html"))
    if let count = choice.draw, try pool.draw(upTo: count, perClass: samples) {
      try pool.write(to: path("samples.safetensors"))
    }
    let pictures = pool.images(of: pool.candidates)
    let judged = try JudgedSamples(
      pool.candidates, classNames: pool.folder.classNames, images: pictures, by: pool.judge,
      path: samples)
    let dials = [
      RejectionDial(thresholdsFor: judged, extra: choice.threshold.map { [$0] } ?? []),
      RejectionDial(fractionsOf: judged, extra: choice.keep.map { [$0] } ?? []),
    ]
    let compared = try comparedImages(real)
    let figures = try sweep(judged, dials, compared, pool.judge)
    let nearest = try nearest(to: pictures, in: training)
    let recommended = Recommendation(for: figures)
    let chosen = choice.setting.flatMap { Recommendation(of: $0, in: figures) } ?? recommended
    let command = SamplingCommand(
      pool.file.configuration, models: models, output: path("samples"))
    var report = RejectionReport(
      judged, images: pictures, nearest: nearest, dials: dials, figures: figures,
      commands: figures.map { $0.map(command.line) }, recommended: recommended, chosen: chosen,
      summary: summary(pool, compared: compared.count, of: real.count),
      notes: notes(pool, training))
    if choice.classificationAccuracyScore {
      let score = ClassificationAccuracyScore(
        pool: pool, test: real, training: training, samples: choice.accuracySamples,
        steps: choice.accuracySteps, seed: seed.seed, scratch: path(".accuracy"))
      report.accuracyScores = try score.measure(figures[chosen.dial][chosen.index])
      report.accuracyConditions = score.conditions
    }
    try report.write(to: output, trainingImages: training)
    printOutcome(report, of: pool)
  }

  /// Throws a `FileError` if no classifier can be trained or tested on the real images.
  private func checkClasses(
    _ pool: CandidatePool, _ real: any ImageDataset, _ training: any ImageDataset
  ) throws {
    guard !pool.folder.classNames.isEmpty else {
      throw ValidationError(
        "These models know no classes; leave out --classification-accuracy-score.")
    }
    try pool.folder.checkLabels(of: real, at: images.images)
    try pool.folder.checkLabels(of: training, at: choice.trainImages ?? images.images)
    try pool.checkPriors(samples)
  }

  private func path(_ name: String) -> String { (output as NSString).appendingPathComponent(name) }

  /// The real images to compare with: all, or some of many at random.
  private func comparedImages(_ real: any ImageDataset) throws -> Subset {
    real.count > Self.realImageLimit
      ? try real.split(holdOut: Self.realImageLimit, seed: seed.seed).heldOut
      : Subset(of: real, at: 0..<real.count)
  }

  private func sweep(
    _ judged: JudgedSamples, _ dials: [RejectionDial], _ compared: Subset, _ judge: LoadedClassifier
  ) throws -> [[SettingFigures]] {
    let judgement = try judge.judgement(
      of: (0..<compared.count).map { try compared.image(at: $0) })
    let sweep = RejectionSweep(judged, reference: judgement.features, seed: seed.seed)
    let progress = ProgressReporter("comparing", total: judged.count, unit: "candidate")
    return sweep.run(dials) { progress.report($0) }
  }

  private func nearest(
    to pictures: [Image], in training: any ImageDataset
  ) throws -> [NearestImage] {
    let progress = ProgressReporter("nearest images", total: training.count, unit: "image")
    return try nearestImages(to: pictures, in: training) { progress.report($0) }
  }
}
