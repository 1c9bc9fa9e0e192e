import Artifacts

/// Where a training is.
struct TrainingPosition: Codable {
  /// The steps done.
  var step = 0
  /// How often the training went back; each time halved its learning rate.
  var rollbacks = 0

  /// What the learning rate is multiplied by.
  var rateScale: Float { Float(sign: .plus, exponent: -rollbacks, significand: 1) }
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
  }

  private static var goodPrefix: String { "good." }

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

  /// Saves a position, the `state` there, and a `good` one to go back to; throws a `FileError`, and
  /// leaves the earlier checkpoints, if they cannot be written.
  func save(_ position: TrainingPosition, _ state: TrainingState, good: KeptState) throws {
    let isGood = position.step == good.step
    try store.save(
      Artifact(
        metadata: ArtifactMetadata(
          kind: .checkpoint,
          configuration: Configuration(
            step: position.step, run: configuration, goodStep: isGood ? nil : good.step,
            rollbacks: position.rollbacks), sources: sources),
        tensors: state.stored() + (isGood ? [] : good.stored(under: Self.goodPrefix))))
  }

  /// Puts a training where it was saved last; nil, and nothing is changed, if there is no checkpoint.
  ///
  /// - Returns: the position, the state to go back to, and one line for the user if it is not the last
  ///   that was saved.
  /// - Throws: a `FileError` if the checkpoint cannot be used or is of another training.
  func load(
    into state: TrainingState
  ) throws -> (position: TrainingPosition, good: KeptState, warning: String?)? {
    guard let checkpoint = try store.load() else { return nil }
    let file = checkpoint.file
    let saved = try file.configuration(as: Configuration.self)
    var rollbacks = saved.rollbacks ?? 0
    guard saved.step <= saved.run.training.steps, (saved.goodStep ?? saved.step) <= saved.step,
      min(saved.goodStep ?? 0, saved.step, rollbacks) >= 0, rollbacks <= rollbackLimit
    else {
      throw FileError(
        file.path, "is damaged: it counts steps that no training takes",
        remedy: "remove it to start from the beginning")
    }
    if saved.run != configuration {
      guard rollbacks == rollbackLimit, isSlower(than: saved.run) else {
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
    let good = try KeptState(state, after: saved.goodStep ?? saved.step, besides: output)
    if saved.goodStep != nil { try state.replace(from: file) }
    return (
      TrainingPosition(step: saved.step, rollbacks: rollbacks), good, checkpoint.warning
    )
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
