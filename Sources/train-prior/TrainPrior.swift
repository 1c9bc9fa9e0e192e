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
import VQVAE

/// Stage two: codes in, the prior of one level out.
@main
struct TrainPrior: TrainingCommand {
  static let configuration = CommandConfiguration(
    commandName: "train-prior",
    abstract: "Train the autoregressive prior of one level of codes.",
    discussion: """
      The top level's prior knows the class of an image, if the codes have labels; the others also \
      know the codes of the levels above. Beside the model, as it trains: NAME.training.html, a page \
      with curves, figures and, given --vqvae, samples, and NAME.metrics.jsonl. Interrupted, it goes on \
      where it was when the same command is run again.

      EXAMPLE
        train-prior --codes output/codes.safetensors --level top \\
          --output output/prior-top.safetensors
      """,
    version: buildDescription)

  enum Defaults: TrainingDefaults {
    static let steps = 5000
    static let batch = 32
    static let learningRate: Float = 3e-3
  }

  @Option(
    help: ArgumentHelp(
      "The codes that extract-codes wrote, in one file or in shards.", valueName: "path"))
  var codes: String

  @Option(help: ArgumentHelp("The level to model: top, bottom, …", valueName: "name"))
  var level: String

  @Option(
    help: ArgumentHelp(
      """
      The VQ-VAE that the codes were made by: what the prior draws as it learns is then shown in \
      NAME.samples.png and NAME.training.html. (default: none)
      """, valueName: "path"))
  var vqvae: String?

  @OptionGroup var output: OutputOptions
  @OptionGroup var training: TrainingOptions<Defaults>
  @OptionGroup var architecture: PriorOptions
  @OptionGroup var seed: SeedOptions
  @OptionGroup var arithmetic: ArithmeticOptions
  @OptionGroup var threads: ThreadOptions

  func train(among processes: any Communicator) throws {
    ThreadPool.shared.resize(to: threads.count)
    let file = try CodeFile(path: codes)
    var model = try architecture.configuration(for: try file.level(level), of: file)
    if let start = training.startFrom {
      // No flag says it.
      model.conditionKernel = try ArtifactFile(path: start, kind: .prior, unread: true)
        .configuration(
          as: TrainedConfiguration<PriorConfiguration>.self
        ).model.conditionKernel
    }
    model.arithmetic = arithmetic.ofNewModel
    let settings = try training.settings(
      images: file.pictureCount, at: codes, seed: seed.seed, sharedBy: processes)
    var sources = file.sources
    sources[ArtifactKind.codes.rawValue] = file.digest
    let configuration = TrainedConfiguration(model: model, training: settings)
    let shown = try vqvae(of: file)
    try training.train(
      .prior, to: output.output, configuration: configuration, sources: sources,
      sharedBy: processes
    ) { try priorTraining($0, on: file, shownBy: shown, sharedBy: $1) }
  }

  /// The model of `--vqvae`, if one is given.
  ///
  /// Throws a `FileError` if it cannot be read, or the codes were made by another.
  private func vqvae(of codes: CodeFile) throws -> VQVAE? {
    guard let path = vqvae else { return nil }
    let loaded = try LoadedVQVAE(path: path, in: arithmetic.requested)
    guard codes.sources[ArtifactKind.vqvae.rawValue] == loaded.file.digest else {
      throw FileError(
        path, "is not what \(codes.path) was made by",
        remedy: "pass that VQ-VAE, or leave out --vqvae")
    }
    return loaded.model
  }
}
