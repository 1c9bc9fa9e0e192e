import ArgumentParser
import Artifacts
import Classifiers
import CommandLineTools
import Communication
import Foundation
import Images
import Models
import Tensors
import Training
import TrainingCommands

/// Images and their classes in, a classifier out.
@main
struct TrainClassifier: TrainingCommand {
  static let configuration = CommandConfiguration(
    commandName: "train-classifier",
    abstract: "Train a small classifier of images.",
    discussion: """
      One architecture rejects samples (sample-images looks for classifier.safetensors); the other \
      judges them (evaluate), so that no network grades its own rejections.

      Pictures without classes have both too. A critic tells real pictures from drawn ones: draw some \
      thousands, then pass them as --samples; sample-images looks for critic.safetensors. Their judge \
      tells which way up a picture is: --task rotation.

      Beside the model, as it trains: NAME.training.html, a page with curves and figures, and \
      NAME.metrics.jsonl.

      EXAMPLE
        train-classifier --images photos --size 64 \\
          --output output/classifier.safetensors
        train-classifier --images photos --size 64 --architecture residual \\
          --output output/judge.safetensors
        train-classifier --images photos --size 64 --task rotation --architecture residual \\
          --output output/judge.safetensors
        train-classifier --images photos --samples output/pool/samples.safetensors \\
          --vqvae output/vqvae.safetensors --output output/critic.safetensors
      """,
    version: buildDescription)

  enum Defaults: TrainingDefaults {
    static let steps = 4000
    static let batch = 64
    static let learningRate: Float = 2e-3
  }

  @OptionGroup var images: ImageOptions
  @OptionGroup var imageShape: ImageShapeOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var training: TrainingOptions<Defaults>
  @OptionGroup var task: TaskOptions
  @OptionGroup var architecture: ClassifierOptions
  @OptionGroup var augmentation: AugmentationOptions
  @OptionGroup var seed: SeedOptions
  @OptionGroup var arithmetic: ArithmeticOptions
  @OptionGroup var threads: ThreadOptions

  func validate() throws {
    // A critic's images have the size of its model's.
    if task.vqvae == nil { try augmentation.check(imageShape) }
  }

  func train(among processes: any Communicator) throws {
    ThreadPool.shared.resize(to: threads.count)
    if let critic = try task.criticImages(
      seed: seed.seed, in: arithmetic.requested, open: openForCritic)
    {
      try train(critic.images, sources: critic.sources, among: processes)
      return
    }
    let dataset = try images.open(imageShape)
    var model = try architecture.configuration(
      for: dataset.shape, task: task.configuredTask, of: dataset, path: images.images)
    model.arithmetic = arithmetic.ofNewModel
    let settings = try settings(images: dataset.count, sharedBy: processes)
    let configuration = TrainedConfiguration(model: model, training: settings)
    try training.train(
      .classifier, to: output.output, configuration: configuration,
      sources: ["images": try fingerprint(of: dataset, croppedWithin: augmentation.cropScale)],
      sharedBy: processes
    ) {
      try classifierTraining(
        $0, on: dataset, augmentation: augmentation.augmentation(seed: seed.seed), sharedBy: $1)
    }
    if task.configuredTask == .rotation, processes.isLead { warnIfNothingIsUp() }
  }

  private func openForCritic(_ shape: ImageShape) throws -> any ImageDataset {
    guard imageShape.size ?? shape.size == shape.size,
      imageShape.color ?? shape.color == shape.color
    else {
      throw ValidationError(
        "A critic's images have the size and colour of the images of --vqvae; leave out --size, "
          + "--grey and --color.")
    }
    return try images.open(shapedFor: shape)
  }

  private func train(
    _ images: CriticImages, sources: [String: String], among processes: any Communicator
  ) throws {
    if augmentation.cropScale != nil {
      throw ValidationError("A critic's training takes whole images; leave out --crop.")
    }
    if training.heldOut != nil {
      throw ValidationError(
        "A critic's training holds out half of all images; leave out --held-out.")
    }
    var model = try architecture.configuration(
      for: images.shape, task: .realness, of: nil, path: self.images.images)
    model.arithmetic = arithmetic.ofNewModel
    var settings = try settings(images: images.count, sharedBy: processes)
    settings.heldOut = images.heldOutCount
    let configuration = TrainedConfiguration(model: model, training: settings)
    try training.train(
      .classifier, to: output.output, configuration: configuration, sources: sources,
      sharedBy: processes
    ) {
      // To turn or scale an image blurs what tells drawn from real.
      try criticTraining(
        $0, on: images, augmentation: augmentation.augmentation(seed: seed.seed, isSparing: true),
        sharedBy: $1)
    }
  }

  private func settings(
    images count: Int, sharedBy processes: any Communicator
  ) throws -> TrainingSettings {
    try training.settings(
      images: count, at: images.images, seed: seed.seed, sharedBy: processes)
  }

  /// Says so if the network has hardly learned which way up a picture is.
  private func warnIfNothingIsUp() {
    // With --plan there is no file.
    guard let file = try? ArtifactFile(path: output.output, kind: .classifier),
      let accuracy = file.metadata.notes["held-out accuracy"].flatMap(Double.init), accuracy < 0.35
    else { return }
    Console.standardError.writeLine(
      "warning: the pictures look much the same whichever way up they are (held-out accuracy "
        + "\(String(format: "%.2f", accuracy)), by guessing 0.25): this judge's figures will say little. "
        + "Sort some of the pictures into folders by class, and train a judge of classes on those.")
  }
}
