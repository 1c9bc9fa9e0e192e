import ArgumentParser
import Artifacts
import CommandLineTools
import Foundation
import Images
import Tensors
import Training
import VQVAE

/// Stage one: images in, a VQ-VAE out.
@main
struct TrainVQVAE: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "train-vqvae",
    abstract: "Train a hierarchical VQ-VAE on images.",
    discussion: """
      Writes the model to --output. Beside it, as it trains: NAME.metrics.jsonl with the losses, \
      NAME.reconstructions.png with held-out images above their reconstructions, and a checkpoint. \
      Stopped with Ctrl-C or by anything else, it goes on where it was when the same command is run \
      again.

      EXAMPLE
        train-vqvae --images photos --size 64 --output output/vqvae.safetensors
      """)

  @OptionGroup var images: ImageOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var training: TrainingOptions
  @OptionGroup var architecture: VQVAEOptions
  @OptionGroup var seed: SeedOptions
  @OptionGroup var threads: ThreadOptions

  func perform() throws {
    Interruption.install()
    ThreadPool.shared.resize(to: threads.count)
    let dataset = try images.open()
    let model = try architecture.configuration(for: dataset.shape, path: images.images)
    let settings = try training.settings(
      images: dataset.count, at: images.images, steps: 2000, batch: 64, learningRate: 1e-3,
      seed: seed.seed)
    let configuration = TrainedConfiguration(model: model, training: settings)
    try training.train(
      .vqvae, to: output.output, configuration: configuration,
      sources: ["images": try fingerprint(of: dataset)]
    ) { try vqvaeTraining(configuration, on: dataset) }
  }
}
