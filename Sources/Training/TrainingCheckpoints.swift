import Artifacts
import Models

/// Where a training is.
struct TrainingPosition: Codable {
  /// The steps done.
  var step = 0
  /// How often the training went back; each time halved its learning rate.
  var rollbacks = 0
  /// The best validation so far; nil before the first, and where the best does not count.
  var best: BestValidation?

  /// What the learning rate is multiplied by.
  var rateScale: Float { Float(sign: .plus, exponent: -rollbacks, significand: 1) }
}

/// The best validation of a training so far.
struct BestValidation: Codable {
  /// The step after which it was.
  var step: Int
  /// The figure that is aimed at.
  var value: Double
  /// How many validations there were since, none of them better.
  var worseSince = 0
}

/// The checkpoints of one training: they hold all that a process needs to go on as if it had been there
/// from the beginning.
struct TrainingCheckpoints<Model: Codable & Hashable & Sendable> {
  private let store: CheckpointStore
  private let output: String
  private let configuration: TrainedConfiguration<Model>
  private let sources: [String: String]

  private struct Configuration: Codable {
    var step: Int
    var run: TrainedConfiguration<Model>
    // Nil where the latest state is the good one, and in files older than going back is.
    var goodStep: Int?
    var rollbacks: Int?
    var best: BestValidation?
  }

  private static var goodPrefix: String { "good." }
  private static var bestPrefix: String { "best." }

  init(
    besides output: String, configuration: TrainedConfiguration<Model>, sources: [String: String]
  ) {
    store = CheckpointStore(besides: output)
    self.output = output
    self.configuration = configuration
    self.sources = sources
  }

  /// Where the latest is.
  var path: String { store.path }

  /// Saves a position, the `state` there, a `good` one to go back to and the `best` model; throws a
  /// `FileError`, and leaves the earlier checkpoints, if they cannot be written.
  func save(
    _ position: TrainingPosition, _ state: TrainingState, good: KeptState, best: KeptState?
  ) throws {
    let isGood = position.step == good.step
    try store.save(
      Artifact(
        metadata: ArtifactMetadata(
          kind: .checkpoint,
          configuration: Configuration(
            step: position.step, run: configuration, goodStep: isGood ? nil : good.step,
            rollbacks: position.rollbacks, best: position.best), sources: sources),
        tensors: state.stored() + (isGood ? [] : good.stored(under: Self.goodPrefix))
          + (best?.stored(under: Self.bestPrefix) ?? [])))
  }

  /// Puts a training where it was saved last; nil, and nothing is changed, if there is no checkpoint.
  ///
  /// - Returns: the position, the state to go back to, the best model, and one line for the user if it
  ///   is not the last that was saved.
  /// - Throws: a `FileError` if the checkpoint cannot be used or is of another training.
  func load(
    into state: TrainingState
  ) throws -> Loaded? {
    guard let checkpoint = try store.load() else { return nil }
    let file = checkpoint.file
    let saved = try file.configuration(as: Configuration.self)
    var rollbacks = saved.rollbacks ?? 0
    guard saved.step <= saved.run.training.steps, (saved.goodStep ?? saved.step) <= saved.step,
      min(saved.goodStep ?? 0, saved.step, rollbacks) >= 0, rollbacks <= rollbackLimit,
      (saved.best?.step ?? 1) >= 1, (saved.best?.step ?? 0) <= saved.run.training.steps
    else {
      throw FileError(
        file.path, "is damaged: it counts steps that no training takes",
        remedy: "remove it to start from the beginning")
    }
    let run = withoutChoice(saved.run)
    if run != configuration {
      guard rollbacks == rollbackLimit, isSlower(than: run) else {
        throw FileError(
          file.path, "was left by a training with other settings",
          remedy: "remove it to start from the beginning, or use the same flags to go on")
      }
      rollbacks = 0
    }
    if let role = differingSource(sources, in: file) {
      throw FileError(
        file.path, "was left by a training on other \(role)",
        remedy: "remove it to start from the beginning, or pass those it was trained on")
    }
    try state.replace(from: file, under: saved.goodStep == nil ? "" : Self.goodPrefix)
    let good = try KeptState(state.tensors, after: saved.goodStep ?? saved.step, besides: output)
    let best = try saved.best.map { best in
      try state.replaceModel(from: file, under: Self.bestPrefix)
      return try KeptState(
        state.model.parameters.all.map { ($0.name, $0.value) }, after: best.step, besides: output)
    }
    if saved.goodStep != nil || best != nil { try state.replace(from: file) }
    return Loaded(
      position: TrainingPosition(step: saved.step, rollbacks: rollbacks, best: saved.best),
      good: good, best: best, warning: checkpoint.warning)
  }

  /// How many steps the training has that left checkpoints beside `output`; nil if there are none.
  ///
  /// Throws a `FileError` if there are some but none can be used.
  static func steps(besides output: String, observer: any TrainingObserver) throws -> Int? {
    guard let checkpoint = try CheckpointStore(besides: output).load() else { return nil }
    // It is told here, for the damaged one is gone when the training begins.
    if let warning = checkpoint.warning { observer.warn(warning) }
    return try checkpoint.file.configuration(as: Configuration.self).run.training.steps
  }

  /// What a checkpoint says.
  struct Loaded {
    let position: TrainingPosition
    let good: KeptState
    let best: KeptState?
    let warning: String?
  }

  /// A training of before one could choose the weights that become the model goes on with the choice of
  /// this one.
  private func withoutChoice(
    _ run: TrainedConfiguration<Model>
  ) -> TrainedConfiguration<Model> {
    guard run.training.keep == nil else { return run }
    var run = run
    run.training.keep = configuration.training.keep
    return run
  }

  /// Removes all, once the training is finished.
  func remove() throws {
    try store.remove()
  }

  /// Whether this training differs from another in nothing but a lower learning rate.
  private func isSlower(than other: TrainedConfiguration<Model>) -> Bool {
    var slower = other
    slower.training.learningRate = configuration.training.learningRate
    return slower == configuration
      && configuration.training.learningRate < other.training.learningRate
  }
}

/// How often a training may go back before it is given up.
let rollbackLimit = 3

/// The role of the first source of a training that is known to be another than that of a file: "images".
func differingSource(_ sources: [String: String], in file: ArtifactFile) -> String? {
  sources.sorted { $0.key < $1.key }.first { role, digest in
    // Files of earlier versions do not tell all their sources.
    file.metadata.sources[role].map { $0 != digest } ?? false
  }?.key
}
