import ArgumentParser
import Artifacts
import Classifiers
import Images

/// The flags that shape a classifier.
struct ClassifierOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The kind of network: 'plain' to reject samples, 'residual' to judge them.",
      valueName: "kind"))
  var architecture = ClassifierConfiguration.Architecture.plain

  @Option(help: ArgumentHelp("Channels of the first stage.", valueName: "n"))
  var channels = 32

  @Option(help: ArgumentHelp("Convolutions or residual blocks per stage.", valueName: "n"))
  var blocks = 1

  @Option(help: ArgumentHelp("The fraction of features dropped in training.", valueName: "rate"))
  var dropout: Float = 0.2

  /// Throws a `ValidationError` if the flags cannot make a classifier, a `FileError` naming `path` if
  /// its images cannot be classified.
  func configuration(
    for dataset: any ImageDataset, path: String
  ) throws -> ClassifierConfiguration {
    let shape = dataset.shape
    let configuration = ClassifierConfiguration(
      imageHeight: shape.height, imageWidth: shape.width, imageChannels: shape.channels,
      classNames: dataset.classNames, architecture: architecture, channels: channels,
      blocks: blocks, dropout: dropout)
    if let problem = configuration.architectureProblem { throw ValidationError(problem) }
    if dataset.classNames.count < 2 {
      throw FileError(
        path, "has fewer than two classes",
        remedy: "put the images of each class into a sub-folder, or pass --labels")
    }
    if let image = (0..<dataset.count).first(where: { dataset.label(at: $0) == nil }) {
      throw FileError(
        path, "has no class for image \(image)",
        remedy: "put the images of each class into a sub-folder, or pass --labels")
    }
    if let problem = configuration.dataProblem {
      throw FileError(path, "cannot be classified", remedy: problem)
    }
    return configuration
  }
}

extension ClassifierConfiguration.Architecture: ExpressibleByArgument {}
