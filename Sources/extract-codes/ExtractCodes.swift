import ArgumentParser
import Artifacts
import CommandLineTools
import Foundation
import Images
import Tensors
import Training

/// Between the stages: images and a VQ-VAE in, codes out.
@main
struct ExtractCodes: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "extract-codes",
    abstract: "Write the codes of all images, as a trained VQ-VAE sees them.",
    discussion: """
      The file holds a tensor of codes per level and the labels of the images; train-prior reads it.

      With --copies, codes of altered copies of each image stand beside its own, so that a prior of \
      few images does not soon know them by heart. A picture that is held out of a training is held \
      out with its copies.

      EXAMPLE
        extract-codes --vqvae output/vqvae.safetensors --images photos \\
          --output output/codes.safetensors
      """)

  @Option(help: ArgumentHelp("The VQ-VAE that train-vqvae wrote.", valueName: "path"))
  var vqvae: String

  @Option(
    help: ArgumentHelp(
      "Altered copies of each image, besides itself, to write the codes of.", valueName: "n"))
  var copies = 0

  @OptionGroup var images: ImageOptions
  @OptionGroup var augmentation: AugmentationOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var seed: SeedOptions
  @OptionGroup var threads: ThreadOptions

  func validate() throws {
    if !(0...1000).contains(copies) { throw ValidationError("--copies lies between 0 and 1000.") }
  }

  func perform() throws {
    Interruption.install()
    ThreadPool.shared.resize(to: threads.count)
    let model = try LoadedVQVAE(path: vqvae)
    let dataset = AugmentedCopies(
      of: try images.open(shapedFor: model.imageShape), copies: copies,
      by: augmentation.augmentation(seed: seed.seed))
    let progress = ProgressReporter("extract-codes", total: dataset.count, unit: "image")
    try extractCodes(of: dataset, by: model, to: output.output, copies: copies) {
      progress.report($0)
      try Interruption.throwIfRequested()
    }
    progress.finish()
  }
}
