import ArgumentParser
import Artifacts
import CommandLineTools
import Foundation
import Generation
import PixelCNN
import Tensors

/// Stage three: models in, new images out.
@main
struct SampleImages: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample-images",
    abstract: "Draw new images, and keep those a classifier recognises.",
    discussion: """
      Codes are drawn level by level from the priors and decoded. With --threshold or --keep a \
      classifier looks at every image and turns away those it does not recognise as the class asked \
      for: fewer and better images the stricter it is, and less variety.

      Writes to the --output folder: images/CLASS/00000.png and so on, contact-sheet.png, and \
      samples.safetensors with the codes, label and score of every candidate, the rejected ones too.

      From a folder with a vae.safetensors, the baseline of train-vqvae --bottleneck gaussian, z is \
      drawn from N(0, I) and decoded; there are no classes, and so nothing to turn away.

      EXAMPLE
        sample-images --models models/digits --count 12 --threshold 0.9 \\
          --output output/samples
      """)

  @Option(
    help: ArgumentHelp(
      "The folder of vqvae.safetensors, prior-LEVEL.safetensors and classifier.safetensors.",
      valueName: "folder"))
  var models: String

  @Option(help: ArgumentHelp("The folder to write.", valueName: "folder"))
  var output: String

  @OptionGroup var choice: SamplingOptions
  @OptionGroup var seed: SeedOptions
  @OptionGroup var threads: ThreadOptions

  func perform() throws {
    Interruption.install()
    ThreadPool.shared.resize(to: threads.count)
    switch try GenerativeModel(folder: models) {
    case .codes(let folder):
      let plan = try choice.plan(for: folder, path: models)
      let generator = CandidateGenerator(
        folder, seed: seed.seed, distribution: choice.distribution, batchSize: choice.batch)
      try write(plan, from: generator, classNames: folder.classNames) { candidates, writer in
        try SampleFile(
          candidates, models: folder, seed: seed.seed, distribution: choice.distribution,
          rejection: plan.rejection
        ).write(to: writer.folder("samples.safetensors"))
      }
    case .gaussian(let vae):
      let plan = try choice.planWithoutCodes()
      let generator = GaussianGenerator(vae, seed: seed.seed)
      try write(plan, from: generator, classNames: []) { _, writer in
        try writer.removeEarlier("samples.safetensors")
      }
    }
  }

  /// Draws what is planned and writes it, with `record` for what is to be known of the candidates.
  private func write(
    _ plan: RejectionSampling, from generator: any ImageGenerator, classNames: [String],
    record: ([Candidate], SampleWriter) throws -> Void
  ) throws {
    let writer = try SampleWriter(generator, classNames: classNames, folder: output)
    defer { writer.folder.release() }
    let candidates = try draw(plan, generator)
    let kept = candidates.count(where: \.isAccepted)
    let progress = ProgressReporter("writing", total: kept, unit: "image")
    try writer.writeImages(candidates) {
      progress.report($0)
      try Interruption.throwIfRequested()
    }
    try writer.writeContactSheet(candidates)
    try record(candidates, writer)
    print(summary(of: candidates, plan: plan, classNames: classNames))
    let wanted = plan.labels.count * plan.countPerClass
    if kept < wanted {
      throw FileError(
        output, "has only \(kept) of \(wanted) images: the attempts are used up",
        remedy: "lower --threshold or raise --attempts")
    }
  }

  private func draw(
    _ plan: RejectionSampling, _ generator: any ImageGenerator
  ) throws -> [Candidate] {
    let isThreshold = if case .threshold = plan.rejection { true } else { false }
    let total = isThreshold ? plan.labels.count * plan.countPerClass : plan.expectedCandidates
    let progress = ProgressReporter("sample-images", total: total, unit: "image")
    return try plan.run(generator) { drawn, kept in
      progress.report(
        isThreshold ? kept : drawn,
        figures: [Figure("drawn", Double(drawn)), Figure("kept", Double(kept))])
      try Interruption.throwIfRequested()
    }
  }

  private func summary(
    of candidates: [Candidate], plan: RejectionSampling, classNames: [String]
  ) -> String {
    func row(_ name: String, _ members: [Candidate]) -> [String] {
      let kept = members.count(where: \.isAccepted)
      return [
        name, "\(members.count)", "\(kept)", "\(members.count - kept)",
        members.isEmpty ? "–" : "\(100 * kept / members.count)%",
      ]
    }
    var table = TextTable(["class", "drawn", "kept", "turned away", "acceptance"])
    for label in plan.labels {
      table.addRow(
        row(
          label < 0 ? "any" : classNames[Int(label)], candidates.filter { $0.label == label }))
    }
    if plan.labels.count > 1 { table.addRow(row("all", candidates)) }
    return table.description
  }
}
