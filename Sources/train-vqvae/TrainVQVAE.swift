import ArgumentParser
import Artifacts
import CommandLineTools
import Communication
import Foundation
import Images
import Models
import Tensors
import Training
import TrainingCommands
import VAE
import VQVAE

/// Stage one: images in, a VQ-VAE out, or the VAE to compare it with.
@main
struct TrainVQVAE: TrainingCommand {
  static let configuration = CommandConfiguration(
    commandName: "train-vqvae",
    abstract: "Train a hierarchical VQ-VAE on images.",
    discussion: """
      Writes the model to --output. Beside it, as it trains: NAME.training.html, a page with curves, \
      figures and pictures that keeps itself up to date; NAME.metrics.jsonl with the losses; \
      NAME.reconstructions.png with held-out images above their reconstructions; and a checkpoint. \
      Stopped with Ctrl-C or by anything else, it goes on where it was when the same command is run \
      again.

      Baselines to compare with: a single --downsampling makes a plain VQ-VAE of one level. \
      --bottleneck gaussian makes a VAE, which needs no prior: sample-images and evaluate take a folder \
      with its vae.safetensors. --bottleneck none makes a plain autoencoder, which reconstructs better \
      by what quantization costs and draws nothing: evaluate takes a folder with its \
      autoencoder.safetensors.

      EXAMPLE
        train-vqvae --images photos --size 64 --output output/vqvae.safetensors
        train-vqvae --images photos --size 64 --features output/classifier.safetensors \\
          --output output/vqvae.safetensors
        train-vqvae --images photos --size 64 --bottleneck gaussian \\
          --output output/vae.safetensors
      """,
    version: buildDescription)

  enum Defaults: TrainingDefaults {
    static let steps = 4000
    static let batch = 32
    static let learningRate: Float = 1.5e-3
  }

  /// What all that is known of an image passes through.
  enum Bottleneck: String, CaseIterable, ExpressibleByArgument {
    case codes, gaussian
    case nothing = "none"
  }

  @OptionGroup var images: ImageOptions
  @OptionGroup var imageShape: ImageShapeOptions
  @OptionGroup var crop: CropOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var training: TrainingOptions<Defaults>

  @Option(
    help: ArgumentHelp(
      """
      What all that is known of an image passes through: maps of 'codes', a vector of numbers with a \
      'gaussian' prior, or 'none': maps of vectors as they are.
      """, valueName: "kind"))
  var bottleneck = Bottleneck.codes

  @OptionGroup var convolutions: ConvolutionOptions
  @OptionGroup var codes: VQVAEOptions
  @OptionGroup var objective: ObjectiveOptions
  @OptionGroup var gaussian: VAEOptions
  @OptionGroup var seed: SeedOptions
  @OptionGroup var arithmetic: ArithmeticOptions
  @OptionGroup var threads: ThreadOptions

  func validate() throws {
    try crop.check(imageShape)
    switch bottleneck {
    case .codes:
      if let flag = gaussian.given { throw ValidationError("\(flag) needs --bottleneck gaussian.") }
    case .gaussian:
      if let flag = codes.given ?? objective.given {
        throw ValidationError("\(flag) needs --bottleneck codes.")
      }
    case .nothing:
      if let flag = codes.givenOfCodebooks ?? objective.given {
        throw ValidationError("\(flag) needs --bottleneck codes.")
      }
      if let flag = gaussian.given { throw ValidationError("\(flag) needs --bottleneck gaussian.") }
    }
  }

  func train(among processes: any Communicator) throws {
    ThreadPool.shared.resize(to: threads.count)
    let dataset = try images.open(imageShape)
    let (shape, path) = (dataset.shape, images.images)
    switch bottleneck {
    case .codes:
      let model = try codes.configuration(convolutions, objective, for: shape, path: path)
      let features = try objective.classifier(for: shape, in: arithmetic.requested)
      try train(model, .vqvae, on: dataset, features?.file, among: processes) {
        try vqvaeTraining(
          $0, on: $1, features: features?.model, augmentation: $2, sharedBy: $3)
      }
    case .gaussian:
      let model = try gaussian.configuration(convolutions, for: shape, path: path)
      try train(model, .vae, on: dataset, nil, among: processes, by: vaeTraining)
    case .nothing:
      let model = try codes.autoencoder(convolutions, for: shape, path: path)
      try train(model, .autoencoder, on: dataset, nil, among: processes, by: autoencoderTraining)
    }
  }

  private func train<Model: StartableConfiguration>(
    _ model: Model, _ kind: ArtifactKind, on dataset: any ImageDataset,
    _ features: ArtifactFile?, among processes: any Communicator,
    by task:
      (TrainedConfiguration<Model>, any ImageDataset, Augmentation?, any Communicator) throws ->
      TrainingTask
  ) throws {
    let settings = try training.settings(
      images: dataset.count, at: images.images, seed: seed.seed, sharedBy: processes)
    var model = model
    model.arithmetic = arithmetic.ofNewModel
    let configuration = TrainedConfiguration(model: model, training: settings)
    let augmentation = crop.scale.map { Augmentation(seed: seed.seed, crop: $0) }
    var sources = ["images": try fingerprint(of: dataset, croppedWithin: crop.scale)]
    sources["features"] = features?.digest
    try training.train(
      kind, to: output.output, configuration: configuration, sources: sources, sharedBy: processes
    ) { try task($0, dataset, augmentation, $1) }
  }
}
