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

      With --complete, pictures are completed, each --count times. What --rows or --mask says is known keeps \
      its codes; a code is known where all pixels are that it stands for. The rest is drawn given them, \
      level by level. What is not known is not looked at: the nearest known pixels take its place before \
      the picture is encoded. Codes are drawn row by row from the upper left, and each sees only those \
      before it: known codes that come later are kept, but what is drawn before them does not look at \
      them. So what is below what is known is completed best. images/CLASS/00007-00000.png is the first \
      completion of picture 7, counted from 0; contact-sheet.png shows pictures, what is known of them \
      and their completions.

      With --codes, another program has drawn the candidates: it wrote their codes and labels into a file \
      of codes, as the article on file formats describes it. They are decoded, scored, turned away and \
      recorded like any others, so that tune-rejection takes them; --threshold and --keep choose among \
      all of them. The folder of models then needs no priors.

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
        sample-images --models models/digits --complete photos --rows 0.5 --count 4 \\
          --keep 0.5 --output output/samples
        sample-images --models models/digits --codes theirs.safetensors --keep 0.5 \\
          --output output/samples
        sample-images --models output/vae --between a.png,b.png --count 12 \\
          --output output/row
      """,
    version: buildDescription)

  @Option(
    help: ArgumentHelp(
      """
      The folder of vqvae.safetensors, prior-LEVEL.safetensors and, if there are any, \
      classifier.safetensors and critic.safetensors.
      """, valueName: "folder"))
  var models: String

  @Option(help: ArgumentHelp("The folder to write.", valueName: "folder"))
  var output: String

  @OptionGroup var completion: CompletionOptions
  @OptionGroup var origin: GivenCodesOptions
  @OptionGroup var choice: SamplingOptions
  @OptionGroup var latents: LatentOptions
  @OptionGroup var shards: ShardOptions
  @OptionGroup var seed: SeedOptions
  @OptionGroup var arithmetic: ArithmeticOptions
  @OptionGroup var threads: ThreadOptions

  func validate() throws {
    guard origin.given != nil else { return }
    let flags =
      choice.usesOfDrawing + [
        ("--complete", completion.complete != nil), ("--shard", shards.shard != nil),
        ("--seed", seed.seed != 0),
      ]
    if let (name, _) = flags.first(where: { $0.1 }) {
      throw ValidationError("The candidates of --codes are drawn already; leave out \(name).")
    }
  }

  func perform() throws {
    Interruption.install()
    ThreadPool.shared.resize(to: threads.count)
    switch try GenerativeModel(
      folder: models, needsPriors: origin.given == nil, in: arithmetic.requested)
    {
    case .codes(let folder):
      try latents.refuseForCodes(at: models)
      if let given = origin.given {
        try choose(among: given, by: folder)
      } else {
        try sample(from: folder)
      }
    case .autoencoder(let autoencoder):
      throw FileError(
        autoencoder.file.path, "is a plain autoencoder, which has no prior to draw from",
        remedy: "pass the models of a VQ-VAE and its priors, or a VAE")
    case .gaussian(let vae):
      if origin.given != nil { throw choice.withoutCodes("--codes") }
      if completion.complete != nil { throw choice.withoutCodes("--complete") }
      let plan = try choice.planWithoutCodes(shard: shards.shard)
      if let grid = try latents.grid(of: vae, count: plan.countPerClass) { return try write(grid) }
      let generator = GaussianGenerator(vae, seed: seed.seed)
      let writer = try SampleWriter(generator, classNames: [], folder: output)
      defer { writer.folder.release() }
      let candidates = try draw(plan, by: generator.draw)
      try write(candidates, of: plan.labels, classNames: [], to: writer) {
        try AtomicFile.remove(writer.folder(Self.record))
      }
    }
  }

  /// The file that says what is to be known of the candidates.
  static let record = "samples.safetensors"

  private func sample(from folder: ModelFolder) throws {
    let distributions = try choice.dials.distributions(for: folder)
    let basis = try choice.basis(for: folder, path: models)
    let pictures = try pictures(for: folder)
    let plan = try choice.plan(
      for: folder, path: models, labels: pictures?.targets.map(\.label))
    let generator = CandidateGenerator(
      folder, seed: seed.seed, distribution: distributions, batchSize: choice.batch, basis: basis,
      completing: pictures)
    let configuration = SampleFile.Configuration(
      models: folder, seed: seed.seed, distribution: distributions, rejection: plan.rejection,
      basis: basis)
    let settings = SampleShardSettings(configuration, plan: plan)
    var sources = folder.sources
    sources[PartialPictures.sourceRole] = pictures?.digest
    if let shard = shards.shard {
      try drawShard(shard, of: settings, plan, by: generator, sources: sources)
      return
    }
    let writer = try SampleWriter(
      generator, classNames: folder.classNames, folder: output, completing: pictures)
    defer { writer.folder.release() }
    let file = writer.folder(Self.record)
    let shards = try Shard.paths(of: file)
    let candidates: [Candidate]
    if shards.isEmpty {
      candidates = try draw(plan, by: generator.draw)
    } else {
      let drawn = try SampleShards(path: file, shards: shards)
      try drawn.check(settings, sources: sources, naming: shards[0])
      candidates = try draw(plan) { try drawn.draw($0, orFrom: generator, progress: $1) }
    }
    let labels = pictures == nil ? plan.labels : Set(plan.labels).sorted()
    try write(candidates, of: labels, classNames: folder.classNames, to: writer) {
      try SampleFile(configuration, candidates, sources: sources).write(to: file)
    }
    let kept = candidates.count(where: \.isAccepted)
    let wanted = plan.labels.count * plan.countPerClass
    if kept < wanted {
      throw FileError(
        output, "has only \(kept) of \(wanted) images: the attempts are used up",
        remedy: "lower --threshold or raise --attempts")
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

  /// Writes the candidates, with `record` for what is to be known of them, and prints how many there are of
  /// each class.
  func write(
    _ candidates: [Candidate], of labels: [Int32], classNames: [String],
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
    print(sampleSummary(of: candidates, labels: labels, classNames: classNames))
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
}
