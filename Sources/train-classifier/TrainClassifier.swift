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

      EXAMPLE
        train-classifier --images photos --size 64 \\
          --output output/classifier.safetensors
        train-classifier --images photos --size 64 --architecture residual \\
          --output output/judge.safetensors
      """)

  @OptionGroup var images: ImageOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var training: TrainingOptions
  @OptionGroup var architecture: ClassifierOptions
  @OptionGroup var augmentation: AugmentationOptions
  @OptionGroup var seed: SeedOptions
  @OptionGroup var threads: ThreadOptions

  func train(among processes: any Communicator) throws {
    ThreadPool.shared.resize(to: threads.count)
    let dataset = try images.open()
    let model = try architecture.configuration(for: dataset, path: images.images)
    let settings = try training.settings(
      images: dataset.count, at: images.images, steps: 4000, batch: 64, learningRate: 2e-3,
      seed: seed.seed, sharedBy: processes)
    let configuration = TrainedConfiguration(model: model, training: settings)
    try training.train(
      .classifier, to: output.output, configuration: configuration,
      sources: ["images": try fingerprint(of: dataset)], sharedBy: processes
    ) {
      try classifierTraining(
        configuration, on: dataset, augmentation: augmentation.augmentation(seed: seed.seed),
        sharedBy: $0)
    }
  }
}
