import ArgumentParser
import Artifacts
import CommandLineTools
import Foundation
import Generation
import Models
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
      for, or a critic those that it tells from real ones: fewer and better images the stricter it is, \
      and less variety.

      Writes to the --output folder: images/CLASS/00000.png and so on, contact-sheet.png, and \
      samples.safetensors with the codes, label and score of every candidate, the rejected ones too.

      From a folder with a vae.safetensors, the baseline of train-vqvae --bottleneck gaussian, z is \
      drawn from N(0, I) and decoded; there are no classes, and so nothing to turn away. --between and \
      --plane go through its latents in order instead of drawing them.

      With --shard, several processes share the drawing, on any machines that see the same files. 3/8 \
      writes samples-3-of-8.safetensors, to the same folder as the others; evaluate and tune-rejection \
      take a complete set of shards as the one file. The same command without --shard then puts \
      everything together, with the same bytes as if one process had done it all; of a threshold, it \
      draws the few candidates that no shard could know of.

      EXAMPLE
        sample-images --models models/digits --count 12 --threshold 0.9 \\
          --output output/samples
        sample-images --models output/vae --between a.png,b.png --count 12 \\
          --output output/row
      """)

  @Option(
    help: ArgumentHelp(
      """
      The folder of vqvae.safetensors, prior-LEVEL.safetensors and, if there are any, \
      classifier.safetensors and critic.safetensors.
      """, valueName: "folder"))
  var models: String

  @Option(help: ArgumentHelp("The folder to write.", valueName: "folder"))
  var output: String

  @OptionGroup var choice: SamplingOptions
  @OptionGroup var latents: LatentOptions
  @OptionGroup var shards: ShardOptions
  @OptionGroup var seed: SeedOptions
  @OptionGroup var threads: ThreadOptions

  func perform() throws {
    Interruption.install()
    ThreadPool.shared.resize(to: threads.count)
    switch try GenerativeModel(folder: models) {
    case .codes(let folder):
      try latents.refuseForCodes(at: models)
      try sample(from: folder)
    case .autoencoder(let autoencoder):
      throw FileError(
        autoencoder.file.path, "is a plain autoencoder, which has no prior to draw from",
        remedy: "pass the models of a VQ-VAE and its priors, or a VAE")
    case .gaussian(let vae):
      let plan = try choice.planWithoutCodes(shard: shards.shard)
      if let grid = try latents.grid(of: vae, count: choice.count) { return try write(grid) }
      let generator = GaussianGenerator(vae, seed: seed.seed)
      let writer = try SampleWriter(generator, classNames: [], folder: output)
      defer { writer.folder.release() }
      let candidates = try draw(plan, by: generator.draw)
      try write(candidates, of: plan, classNames: [], to: writer) {
        try writer.removeEarlier(Self.record)
      }
    }
  }

  /// The file that says what is to be known of the candidates.
  static let record = "samples.safetensors"

  private func sample(from folder: ModelFolder) throws {
    let plan = try choice.plan(for: folder, path: models)
    let distributions = try choice.dials.distributions(for: folder)
    let basis = try choice.basis(for: folder, path: models)
    let generator = CandidateGenerator(
      folder, seed: seed.seed, distribution: distributions, batchSize: choice.batch, basis: basis)
    let settings = SampleShardSettings(
      SampleFile.Configuration(
        models: folder, seed: seed.seed, distribution: distributions, rejection: plan.rejection,
        basis: basis), plan: plan)
    if let shard = shards.shard {
      try drawShard(shard, of: settings, plan, by: generator, sources: folder.sources)
      return
    }
    let writer = try SampleWriter(generator, classNames: folder.classNames, folder: output)
    defer { writer.folder.release() }
    let file = writer.folder(Self.record)
    let shards = try Shard.paths(of: file)
    let candidates: [Candidate]
    if shards.isEmpty {
      candidates = try draw(plan, by: generator.draw)
    } else {
      let drawn = try SampleShards(path: file, shards: shards)
      try drawn.check(settings, sources: folder.sources, naming: shards[0])
      candidates = try draw(plan) { try drawn.draw($0, orFrom: generator, progress: $1) }
    }
    try write(candidates, of: plan, classNames: folder.classNames, to: writer) {
      try SampleFile(
        candidates, models: folder, seed: seed.seed, distribution: distributions,
        rejection: plan.rejection, basis: basis
      ).write(to: file)
    }
  }

  private func drawShard(
    _ shard: Shard, of settings: SampleShardSettings, _ plan: RejectionSampling,
    by generator: CandidateGenerator, sources: [String: String]
  ) throws {
    let file = (output as NSString).appendingPathComponent(Self.record)
    try OutputFolder.create(output)
    let lock = try OutputLock(onNewFile: shard.path(of: file))
    defer { lock.release() }
    try Shard.checkNoWhole(at: file)
    try SampleShards.write(
      try draw(plan.share(of: shard), by: generator.draw), shard, of: settings, sources: sources,
      to: shard.path(of: file))
  }

  /// Writes what was drawn by the plan, with `record` for what is to be known of the candidates.
  private func write(
    _ candidates: [Candidate], of plan: RejectionSampling, classNames: [String],
    to writer: SampleWriter, record: () throws -> Void
  ) throws {
    let kept = candidates.count(where: \.isAccepted)
    let progress = ProgressReporter("writing", total: kept, unit: "image")
    try writer.writeImages(candidates) {
      progress.report($0)
      try Interruption.throwIfRequested()
    }
    try writer.writeContactSheet(candidates)
    try record()
    print(summary(of: candidates, plan: plan, classNames: classNames))
    let wanted = plan.labels.count * plan.countPerClass
    if kept < wanted {
      throw FileError(
        output, "has only \(kept) of \(wanted) images: the attempts are used up",
        remedy: "lower --threshold or raise --attempts")
    }
  }

  private func draw(
    _ plan: RejectionSampling, by drawing: @escaping RejectionSampling.Drawing
  ) throws -> [Candidate] {
    let isThreshold = plan.rejection.isThreshold
    let total = isThreshold ? plan.labels.count * plan.countPerClass : plan.expectedCandidates
    let progress = ProgressReporter(shards.title("sample-images"), total: total, unit: "image")
    return try plan.run(drawing: drawing) { drawn, kept in
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
