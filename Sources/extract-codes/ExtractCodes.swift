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

      EXAMPLE
        extract-codes --vqvae output/vqvae.safetensors --images photos \\
          --output output/codes.safetensors
      """)

  @Option(help: ArgumentHelp("The VQ-VAE that train-vqvae wrote.", valueName: "path"))
  var vqvae: String

  @OptionGroup var images: ImageOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var threads: ThreadOptions

  func perform() throws {
    Interruption.install()
    ThreadPool.shared.resize(to: threads.count)
    let model = try LoadedVQVAE(path: vqvae)
    let dataset = try images.open(shapedFor: model.imageShape)
    let progress = ProgressReporter("extract-codes", total: dataset.count, unit: "image")
    try extractCodes(of: dataset, by: model, to: output.output) {
      progress.report($0)
      try Interruption.throwIfRequested()
    }
    progress.finish()
  }
}
