import ArgumentParser
import Artifacts
import CommandLineTools
import Evaluation
import Foundation
import Generation
import Images
import Tensors
import Training

/// The dial between diversity and quality, turned through all its settings.
@main
struct TuneRejection: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune-rejection",
    abstract: "Show what each rejection threshold does to diversity and quality.",
    discussion: """
      Reads all candidates of a sampling, the rejected ones too, and compares what each threshold and \
      each kept fraction would keep of them with real images, by the features of a judge that had \
      no part in the rejection. Recommends a setting.

      Writes to the --output folder: report.html, a page to look at and try settings on; curves.png; \
      report.json; and samples.safetensors if --draw added candidates.

      EXAMPLE
        sample-images --models models/digits --count 1000 --output output/candidates
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
    try makeFolder()
    if let count = choice.draw, try pool.draw(upTo: count, perClass: samples) {
      try pool.write(to: path("samples.safetensors"))
    }
    let pictures = pool.images()
    let judged = try JudgedSamples(
      pool.candidates, images: pictures, by: pool.judge, path: samples)
    let dials = [
      RejectionDial(thresholdsFor: judged, extra: choice.threshold.map { [$0] } ?? []),
      RejectionDial(fractionsOf: judged, extra: choice.keep.map { [$0] } ?? []),
    ]
    let figures = try sweep(judged, dials, real, pool.judge)
    let nearest = try nearestImages(to: pictures, in: training)
    let recommended = Recommendation(for: figures)
    let chosen = choice.setting.flatMap { Recommendation(of: $0, in: figures) } ?? recommended
    let command = SamplingCommand(
      pool.file.configuration, models: models, output: path("samples"))
    var report = RejectionReport(
      judged, images: pictures, nearest: nearest, dials: dials, figures: figures,
      commands: figures.map { $0.map(command.line) }, recommended: recommended, chosen: chosen,
      summary: summary(pool, real), notes: notes(pool, training))
    if choice.classificationAccuracyScore {
      let level = (dial: chosen.dial, index: chosen.index)
      report.accuracyScores = try accuracyScores(
        judged, pictures, kept: { dials[level.dial].levels[$0] > level.index }, pool.judge, real)
    }
    try report.write(to: output, trainingImages: training)
    printOutcome(report)
  }

  private func path(_ name: String) -> String { (output as NSString).appendingPathComponent(name) }

  private func makeFolder() throws {
    do {
      try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
    } catch {
      throw FileError(
        output, "cannot be created", remedy: "choose another --output or change its permissions")
    }
    try AtomicFile.checkWritable(path("report.html"))
  }

  private func sweep(
    _ judged: JudgedSamples, _ dials: [RejectionDial], _ real: any ImageDataset,
    _ judge: LoadedClassifier
  ) throws -> [[SettingFigures]] {
    let compared =
      real.count > Self.realImageLimit
      ? try real.split(holdOut: Self.realImageLimit, seed: seed.seed).heldOut
      : Subset(of: real, at: 0..<real.count)
    let judgement = try judge.judgement(
      of: (0..<compared.count).map { try compared.image(at: $0) })
    let sweep = RejectionSweep(judged, reference: judgement.features, seed: seed.seed)
    let progress = ProgressReporter(
      "intervals", total: RejectionSweep.standardHalfSamples, unit: "half sample")
    return sweep.run(dials) { progress.report($0) }
  }

  private func accuracyScores(
    _ judged: JudgedSamples, _ pictures: [Image], kept: (Int) -> Bool, _ judge: LoadedClassifier,
    _ real: any ImageDataset
  ) throws -> [RejectionReport.AccuracyScore] {
    let all = Array(0..<judged.count)
    return try [("all candidates", all), ("the chosen setting", all.filter(kept))].map {
      name, members in
      let samples = SampleDataset(
        images: members.map { pictures[$0] }, labels: members.map { Int(judged.labels[$0]) },
        classNames: judged.classNames)
      let accuracy = try classificationAccuracyScore(
        of: samples, like: judge, on: real, imagesPath: images.images,
        steps: choice.accuracySteps, seed: seed.seed, scratch: path(".accuracy"))
      return RejectionReport.AccuracyScore(name: name, samples: members.count, accuracy: accuracy)
    }
  }
}
