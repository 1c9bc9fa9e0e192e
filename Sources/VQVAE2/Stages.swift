import Artifacts
import Classifiers
import Images
import Models
import PixelCNN
import Training
import VQVAE

/// How far a training is.
public struct TrainingProgress: Sendable {
  /// What is trained: "train-prior top".
  public let title: String
  /// The steps done.
  public let step: Int
  /// The steps there will be at most.
  public let steps: Int
  /// The loss first, then what else is known.
  public let figures: [Figure]
}

/// Calls that train each stage from a data set or from the files of the stages before. Each writes a model
/// and returns whether it is finished.
///
/// A training computes on all threads of the process and returns when it ends. `progress` is called
/// after each step, on the thread of the call; it stops the training by returning false: the state is then
/// in a checkpoint beside the output, and the same call goes on from there. A finished training is not
/// repeated; with more steps it goes on from its end. `startingFrom` is the file of a model whose weights it
/// begins with instead of random ones.
///
/// All throw a `ModelError` if the configuration is impossible, a `FileError` or `ImageError` if a
/// file cannot be read or written, or is of another training.
public enum Stages {
  /// Stage one: images to a VQ-VAE.
  public static func trainVQVAE(
    _ configuration: VQVAEConfiguration, on dataset: any ImageDataset, settings: TrainingSettings,
    startingFrom start: String? = nil, to output: String,
    progress: @escaping (TrainingProgress) -> Bool = { _ in true }
  ) throws -> Bool {
    try check(configuration.problem)
    return try train(
      .vqvae, configuration, settings, sources: ["images": try fingerprint(of: dataset)],
      images: dataset.count, startingFrom: start, to: output, progress
    ) { try vqvaeTraining($0, on: dataset) }
  }

  /// Stage one: writes the codes of all images.
  public static func extractCodes(
    of dataset: any ImageDataset, byVQVAEAt path: String, to output: String
  ) throws {
    let vqvae = try LoadedVQVAE(path: path)
    guard dataset.shape == vqvae.imageShape else {
      throw ModelError.imageShape(found: dataset.shape, expected: vqvae.imageShape)
    }
    try CodeExtraction(of: dataset, by: vqvae).write(to: output) { _ in }
  }

  /// Stage two: codes to the prior of one level. `shape` changes what a moderate prior would be like.
  public static func trainPrior(
    ofLevel name: String, onCodesAt path: String, settings: TrainingSettings,
    startingFrom start: String? = nil, to output: String,
    shape: (inout PriorConfiguration) -> Void = { _ in },
    progress: @escaping (TrainingProgress) -> Bool = { _ in true }
  ) throws -> Bool {
    let codes = try CodeFile(path: path)
    let level = try codes.level(name)
    let above = Array(codes.levels.prefix { $0 != level })
    var configuration = PriorConfiguration(
      level: level, conditions: above, classNames: codes.layout.classNames,
      attentionHeads: above.isEmpty ? 8 : 0)
    shape(&configuration)
    try check(configuration.problem)
    var sources = codes.sources
    sources[ArtifactKind.codes.rawValue] = codes.digest
    return try train(
      .prior, configuration, settings, sources: sources, images: codes.pictureCount,
      startingFrom: start, to: output, progress
    ) { try priorTraining($0, on: codes) }
  }

  /// A classifier of the classes of images.
  public static func trainClassifier(
    _ configuration: ClassifierConfiguration, on dataset: any ImageDataset,
    settings: TrainingSettings, augmentation: Augmentation, startingFrom start: String? = nil,
    to output: String, progress: @escaping (TrainingProgress) -> Bool = { _ in true }
  ) throws -> Bool {
    try check(configuration.problem)
    guard configuration.classNames == dataset.classNames else {
      throw ModelError.request("the images have other classes than the classifier")
    }
    return try train(
      .classifier, configuration, settings, sources: ["images": try fingerprint(of: dataset)],
      images: dataset.count, startingFrom: start, to: output, progress
    ) { try classifierTraining($0, on: dataset, augmentation: augmentation) }
  }

  private static func check(_ problem: String?) throws {
    if let problem { throw ModelError.request("nothing can be trained: \(problem)") }
  }

  private static func train<Model: StartableConfiguration>(
    _ kind: ArtifactKind, _ model: Model, _ settings: TrainingSettings, sources: [String: String],
    images: Int, startingFrom start: String?, to output: String,
    _ progress: @escaping (TrainingProgress) -> Bool,
    task: (TrainedConfiguration<Model>) throws -> TrainingTask
  ) throws -> Bool {
    guard settings.steps >= 1, settings.batchSize >= 1, settings.parts >= 1,
      settings.batchSize.isMultiple(of: settings.parts), (1..<images).contains(settings.heldOut)
    else {
      throw ModelError.request(
        "\(images) images cannot be trained on with batches of \(settings.batchSize) in "
          + "\(settings.parts) parts and \(settings.heldOut) held out")
    }
    let configuration = TrainedConfiguration(model: model, training: settings)
    let run = try TrainingRun(
      kind: kind, output: output, configuration: configuration, sources: sources,
      startingFrom: try start.map {
        try StartingModel(path: $0, kind: kind, for: model, at: output)
      }, observer: ProgressObserver(progress))
    return try run.isFinished || run.run(task(run.configuration)) == .finished
  }
}

/// Passes on what a training says to a function.
private final class ProgressObserver: TrainingObserver {
  private let progress: (TrainingProgress) -> Bool
  private var (title, steps) = ("", 0)
  private(set) var interruption: Int32?

  init(_ progress: @escaping (TrainingProgress) -> Bool) {
    self.progress = progress
  }

  func begin(_ title: String, after step: Int, of steps: Int, isResumed: Bool) {
    (self.title, self.steps) = (title, steps)
  }

  func report(step: Int, figures: [Figure]) {
    let isWanted = progress(
      TrainingProgress(title: title, step: step, steps: steps, figures: figures))
    if !isWanted { interruption = 1 }
  }

  func finish(after step: Int, figures: [Figure]) {}

  func note(_ message: String) {}

  func warn(_ message: String) {}
}
