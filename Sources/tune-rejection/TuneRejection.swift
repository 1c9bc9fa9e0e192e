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

      With --guidance or --temperature it draws pools of candidates itself, one for each combination and \
      one with plain sampling, --draw candidates of each class, into the folder pools of --output; what is \
      there already is not drawn again, and with --shard several processes share the drawing. Then \
      report.html and frontier.png show every setting of every pool on one plane, recall against \
      precision, and which of them no other surpasses; report.json has the figures.

      EXAMPLE
        tune-rejection --models models/digits --samples output/candidates/samples.safetensors \
      --images test --train-images train --output output/threshold
        tune-rejection --models models/digits --guidance 1,1.25,1.5 \
      --temperature 0.85,1 --images test --train-images train --output output/frontier
      """,
    version: buildDescription)

  @Option(
    help: ArgumentHelp(
      "The folder of the models, with judge.safetensors among them.", valueName: "folder"))
  var models: String

  @Option(
    help: ArgumentHelp(
      "The samples.safetensors of sample-images. (default: none)", valueName: "path"))
  var samples: String?

  @Option(help: ArgumentHelp("The folder to write.", valueName: "folder"))
  var output: String

  @OptionGroup var images: ImageOptions
  @OptionGroup var choice: TuningOptions
  @OptionGroup var frontier: FrontierOptions
  @OptionGroup var seed: SeedOptions
  @OptionGroup var arithmetic: ArithmeticOptions
  @OptionGroup var threads: ThreadOptions

  /// How many real images the samples are compared with at most: time goes with their number squared.
  private static let realImageLimit = 10_000

  func validate() throws {
    guard samples != nil || frontier.isGiven else {
      throw ValidationError("Give --samples, or --guidance or --temperature to draw with.")
    }
    guard frontier.isGiven else { return }
    let flags = [("--samples", samples != nil)] + choice.usesOfOnePool
    if let (name, _) = flags.first(where: { $0.1 }) {
      throw ValidationError(
        "\(name) is of one pool, and --guidance and --temperature draw several; leave out one of them."
      )
    }
  }

  func perform() throws {
    ThreadPool.shared.resize(to: threads.count)
    if let samples { try tune(samples) } else { try tuneFrontier() }
  }

  /// Turns the dial over the candidates of one file.
  private func tune(_ samples: String) throws {
    let judgedModels = try JudgedModels(
      path: models, needsPriors: choice.drawsCandidates, in: arithmetic.requested)
    var pool = try CandidatePool(samples: samples, from: judgedModels)
    let shape = pool.folder.vqvae.imageShape
    var real = try images.open(shapedFor: shape)
    var training = try choice.trainingImages(images)?.open(shapedFor: shape) ?? real
    if choice.classificationAccuracyScore {
      (real, training) = try labelled(pool, samples, real, training)
    }
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
    let figures = try sweep(judged, dials, compared, training, pool)
    let nearest = try nearest(to: pictures, in: training)
    let recommended = Recommendation(for: figures)
    let chosen = choice.setting.flatMap { Recommendation(of: $0, in: figures) } ?? recommended
    let command = SamplingCommand(pool.file, models: models, output: path("samples"))
    var report = RejectionReport(
      judged, images: pictures, nearest: nearest, dials: dials, figures: figures,
      commands: figures.map { $0.map(command.line) }, recommended: recommended, chosen: chosen,
      summary: summary(pool, of: samples, compared: compared.count, of: real.count),
      notes: notes(judgedModels, basis: pool.file.configuration.basis)
        + [noteOnNearest(of: training)])
    if choice.classificationAccuracyScore {
      let score = ClassificationAccuracyScore(
        pool: pool, test: real, training: training, samples: choice.accuracySamples,
        steps: choice.accuracySteps, seed: seed.seed, scratch: path(".accuracy"))
      report.accuracyScores = try score.measure(figures[chosen.dial][chosen.index])
      report.accuracyConditions = score.conditions
    }
    try report.write(to: output, trainingImages: training)
    printOutcome(report, of: judgedModels)
  }

  /// The real images with the classes of the models, so that classifiers can be trained and tested on them.
  ///
  /// Throws a `FileError` if they have none or others.
  private func labelled(
    _ pool: CandidatePool, _ samples: String, _ real: any ImageDataset,
    _ training: any ImageDataset
  ) throws -> (real: any ImageDataset, training: any ImageDataset) {
    guard !pool.folder.classNames.isEmpty else {
      throw ValidationError(
        "These models know no classes; leave out --classification-accuracy-score.")
    }
    try pool.checkPriors(samples)
    return (
      try pool.folder.labelling(real, at: images.images),
      try pool.folder.labelling(training, at: choice.trainImages ?? images.images)
    )
  }

  /// The path of a file in the folder that is written.
  func path(_ name: String) -> String { (output as NSString).appendingPathComponent(name) }

  /// The real images to compare with: all, or some of many at random.
  func comparedImages(_ real: any ImageDataset) throws -> Subset {
    real.count > Self.realImageLimit
      ? try real.split(holdOut: Self.realImageLimit, seed: seed.seed).heldOut
      : Subset(of: real, at: 0..<real.count)
  }

  private func sweep(
    _ judged: JudgedSamples, _ dials: [RejectionDial], _ compared: Subset,
    _ training: any ImageDataset, _ pool: CandidatePool
  ) throws -> [[SettingFigures]] {
    let pictures = try (0..<compared.count).map { try compared.image(at: $0) }
    let real = ComparedImages(
      try pool.judge.judgement(of: pictures).features, seed: seed.seed)
    let ceiling = try TrainingCeiling(training: training, judge: pool.judge, seed: seed.seed)
      .images(for: judged.labels, of: pool.folder.classNames, besides: pictures)
      .map { RandomSets(of: $0, among: real, .training) }
    let sweep = RejectionSweep(judged, among: real, training: ceiling)
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
