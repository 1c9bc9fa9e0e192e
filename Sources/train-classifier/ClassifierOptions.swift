import ArgumentParser
import Artifacts
import Classifiers
import Images

/// The flags that shape a classifier.
struct ClassifierOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      The kind of network: 'plain' to reject samples by their class, 'residual' to judge them, or to tell \
      them from real pictures. (default: plain, of a critic residual)
      """, valueName: "kind"))
  var architecture: ClassifierConfiguration.Architecture?

  @Option(help: ArgumentHelp("Channels of the first stage.", valueName: "n"))
  var channels = 32

  @Option(help: ArgumentHelp("Convolutions or residual blocks per stage.", valueName: "n"))
  var blocks = 1

  @Option(help: ArgumentHelp("The fraction of features dropped in training.", valueName: "rate"))
  var dropout: Float = 0.2

  /// A network for a task, nil for the classes of `dataset`.
  ///
  /// Throws a `ValidationError` if the flags cannot make a classifier, a `FileError` naming `path` if
  /// its images cannot be classified.
  func configuration(
    for shape: ImageShape, task: ClassifierConfiguration.Task?, of dataset: (any ImageDataset)?,
    path: String
  ) throws -> ClassifierConfiguration {
    let configuration = ClassifierConfiguration(
      imageHeight: shape.height, imageWidth: shape.width, imageChannels: shape.channels,
      classNames: task?.classNames ?? dataset?.classNames ?? [],
      architecture: architecture ?? (task == .realness ? .residual : .plain),
      channels: channels, blocks: blocks, dropout: dropout, task: task)
    if let problem = configuration.architectureProblem { throw ValidationError(problem) }
    if task == nil, let dataset { try checkClasses(of: dataset, path: path) }
    if let problem = configuration.dataProblem {
      throw FileError(path, "cannot be classified", remedy: problem)
    }
    return configuration
  }

  private func checkClasses(of dataset: any ImageDataset, path: String) throws {
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
  }
}

extension ClassifierConfiguration.Architecture: ExpressibleByArgument {}
