import ArgumentParser
import Artifacts
import CommandLineTools
import Communication
import Foundation
import Models
import PixelCNN
import Tensors
import Training
import TrainingCommands

/// Stage two: codes in, the prior of one level out.
@main
struct TrainPrior: TrainingCommand {
  static let configuration = CommandConfiguration(
    commandName: "train-prior",
    abstract: "Train the autoregressive prior of one level of codes.",
    discussion: """
      The top level's prior knows the class of an image, if the codes have labels; the others also \
      know the codes of the levels above. Interrupted, it goes on where it was when the same command \
      is run again.

      EXAMPLE
        train-prior --codes output/codes.safetensors --level top \\
          --output output/prior-top.safetensors
      """,
    version: buildDescription)

  enum Defaults: TrainingDefaults {
    static let steps = 5000
    static let batch = 64
    static let learningRate: Float = 1e-3
  }

  @Option(
    help: ArgumentHelp(
      "The codes that extract-codes wrote, in one file or in shards.", valueName: "path"))
  var codes: String

  @Option(help: ArgumentHelp("The level to model: top, bottom, …", valueName: "name"))
  var level: String

  @OptionGroup var output: OutputOptions
  @OptionGroup var training: TrainingOptions<Defaults>
  @OptionGroup var architecture: PriorOptions
  @OptionGroup var seed: SeedOptions
  @OptionGroup var threads: ThreadOptions

  func train(among processes: any Communicator) throws {
    ThreadPool.shared.resize(to: threads.count)
    let file = try CodeFile(path: codes)
    var model = try architecture.configuration(for: try file.level(level), of: file)
    if let start = training.startFrom {
      // No flag says it.
      model.conditionKernel = try ArtifactFile(unreadAt: start, kind: .prior).configuration(
        as: TrainedConfiguration<PriorConfiguration>.self
      ).model.conditionKernel
    }
    let settings = try training.settings(
      images: file.pictureCount, at: codes, seed: seed.seed, sharedBy: processes)
    var sources = file.sources
    sources[ArtifactKind.codes.rawValue] = file.digest
    let configuration = TrainedConfiguration(model: model, training: settings)
    try training.train(
      .prior, to: output.output, configuration: configuration, sources: sources,
      sharedBy: processes
    ) { try priorTraining($0, on: file, sharedBy: $1) }
  }
}
