import ArgumentParser
import Artifacts
import CommandLineTools
import Foundation
import Images
import Models
import Tensors

/// Between the stages: images and a VQ-VAE in, codes out.
@main
struct ExtractCodes: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "extract-codes",
    abstract: "Write the codes of all images, as a trained VQ-VAE sees them.",
    discussion: """
      The file holds a tensor of codes per level and the labels of the images; train-prior reads it. \
      Images are brought to the size and colour of the VQ-VAE's.

      With --copies, codes of altered copies of each image stand beside its own, so that a prior of \
      few images does not soon know them by heart. A picture that is held out of a training is held \
      out with its copies.

      With --shard, several processes share the work, on any machines that see the same files. 3/8 \
      writes codes-3-of-8.safetensors in the place of codes.safetensors. train-prior takes a complete \
      set of shards as the one file; the same command without --shard puts that file together, with \
      the same bytes as if one process had done it all.

      EXAMPLE
        extract-codes --vqvae output/vqvae.safetensors --images photos \\
          --output output/codes.safetensors
      """,
    version: buildDescription)

  @Option(help: ArgumentHelp("The VQ-VAE that train-vqvae wrote.", valueName: "path"))
  var vqvae: String

  @OptionGroup var images: ImageOptions
  @OptionGroup var copies: CopyOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var shards: ShardOptions
  @OptionGroup var seed: SeedOptions
  @OptionGroup var arithmetic: ArithmeticOptions
  @OptionGroup var threads: ThreadOptions

  func perform() throws {
    Interruption.install()
    ThreadPool.shared.resize(to: threads.count)
    let model = try LoadedVQVAE(path: vqvae, in: arithmetic.requested)
    let dataset = copies.copies(
      of: try images.open(shapedFor: model.imageShape), seed: seed.seed)
    let extraction = CodeExtraction(of: dataset, copies: copies.count, by: model)
    let progress = ProgressReporter(
      shards.title("extract-codes"), total: extraction.imageCount(of: shards.shard), unit: "image")
    func report(_ done: Int) throws {
      progress.report(done)
      try Interruption.throwIfRequested()
    }
    if let shard = shards.shard {
      try extraction.write(shard, of: output.output, progress: report)
    } else {
      try extraction.write(to: output.output, progress: report)
    }
    progress.finish()
  }
}
