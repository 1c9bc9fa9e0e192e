import Artifacts
import Models

/// The checkpoints of one training: they hold all that a process needs to go on as if it had been there
/// from the beginning.
struct TrainingCheckpoints<Model: Codable & Hashable & Sendable> {
  private let store: CheckpointStore
  private let output: String
  private let configuration: TrainedConfiguration<Model>
  private let sources: [String: String]
  /// The finished training that this one goes on from; nil where it begins anew.
  private let finished: TrainedConfiguration<Model>?

  private struct Configuration: Codable {
    var step: Int
    var run: TrainedConfiguration<Model>
    // Nil where the latest state is the good one, and in files older than going back is.
    var goodStep: Int?
    var rollbacks: Int?
    var best: BestValidation?

    /// Whether the training had nothing left to do.
    var isLast: Bool { step == run.training.steps || run.training.isExhausted(after: best) }
  }

  private static var goodPrefix: String { "good." }
  private static var bestPrefix: String { "best." }

  init(
    besides output: String, configuration: TrainedConfiguration<Model>, sources: [String: String],
    finished: TrainedConfiguration<Model>?
  ) {
    store = CheckpointStore(besides: output)
    self.output = output
    self.configuration = configuration
    self.sources = sources
    self.finished = finished
  }

  /// Where the latest is.
  var path: String { store.path }

  /// Saves a position, the `state` there, a `good` one to go back to unless it is that state itself, and
  /// the `best` model; throws a `FileError`, and leaves the earlier checkpoints, if they cannot be written.
  func save(
    _ position: TrainingPosition, _ state: TrainingState, good: KeptState?, best: KeptState?
  ) throws {
    let good = good?.step == position.step ? nil : good
    try store.save(
      Artifact(
        metadata: ArtifactMetadata(
          kind: .checkpoint,
          configuration: Configuration(
            step: position.step, run: configuration, goodStep: good?.step,
            rollbacks: position.rollbacks, best: position.best), sources: sources),
        tensors: state.stored() + (good?.stored(under: Self.goodPrefix) ?? [])
          + (best?.stored(under: Self.bestPrefix) ?? [])))
  }

  /// Puts a training where it was saved last, or where the finished one was that it goes on from; nil, and
  /// nothing is changed, if it is a new one.
  ///
  /// - Returns: the position, the state to go back to, the best model, and one line for the user if it
  ///   is not the last that was saved.
  /// - Throws: a `FileError` if the checkpoint cannot be used or is of another training, or the state of
  ///   the finished training is gone.
  func load(into state: TrainingState) throws -> Loaded? {
    guard let checkpoint = try store.load() ?? finishedState() else { return nil }
    let file = checkpoint.file
    let saved = try file.configuration(as: Configuration.self)
    var position = TrainingPosition(
      step: saved.step, rollbacks: saved.rollbacks ?? 0, best: saved.best)
    guard saved.step <= saved.run.training.steps, (saved.goodStep ?? saved.step) <= saved.step,
      min(saved.goodStep ?? 0, saved.step, position.rollbacks) >= 0,
      position.rollbacks <= rollbackLimit,
      (saved.best?.step ?? 1) >= 1, (saved.best?.step ?? 0) <= saved.run.training.steps
    else {
      throw FileError(
        file.path, "is damaged: it counts steps that no training takes",
        remedy: "remove it to start from the beginning")
    }
    let run = saved.run.withChoice(of: configuration)
    let isLonger = saved.isLast && run == finished
    if isLonger {
      position = position.goingOn(with: configuration.training, after: run.training)
    } else if run != configuration {
      guard position.rollbacks == rollbackLimit, configuration.isSlower(than: run) else {
        throw refusal(of: file.path, leftBy: run)
      }
      position.rollbacks = 0
    }
    if let difference = differingSource(of: file, from: sources) {
      throw FileError(
        file.path, "was left by a training \(difference)",
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
      position: position, isLonger: isLonger, good: good, best: best, warning: checkpoint.warning)
  }

  /// The last state of the finished training that this one goes on from; nil where there is none to go on
  /// from.
  private func finishedState() throws -> Checkpoint? {
    guard let finished else { return nil }
    guard let state = try store.loadFinished(),
      try state.file.configuration(as: Configuration.self).run == finished
    else {
      throw FileError(
        output,
        "is finished, and \(store.finishedPath), the state from which more steps would go on, is gone",
        remedy: "remove it to train from the beginning, or begin another with its weights: "
          + "--start-from")
    }
    return state
  }

  /// Why a state cannot be used that was left by another training.
  private func refusal(of path: String, leftBy run: TrainedConfiguration<Model>) -> FileError {
    let mayFinish = configuration.goingOn(from: run, after: run.training.steps) != nil
    return FileError(
      path, "was left by a training with other settings",
      remedy: "remove it to start from the beginning, or "
        + (mayFinish
          ? "finish it with --steps \(run.training.steps) before it goes on to more"
          : "use the same flags to go on"))
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
    /// Whether it is the end of a finished training, which this one goes on from.
    let isLonger: Bool
    let good: KeptState
    let best: KeptState?
    let warning: String?
  }

  /// Keeps the latest as the state of the finished training, and removes the others.
  func finish() throws {
    try store.finish()
  }

  /// Finishes what a process left undone that was killed when it had written its model. What another
  /// training has left, which goes on from this one, stays.
  func finishAfterKill() throws {
    guard let latest = try? store.load()?.file,
      let saved = try? latest.configuration(as: Configuration.self)
    else { return try store.remove() }
    guard saved.run.withChoice(of: configuration).isSame(as: configuration) else { return }
    try saved.isLast ? store.finish() : store.remove()
  }
}

/// What is known to be another source of a file than of a training: "on other images"; nil if nothing is.
func differingSource(of file: ArtifactFile, from sources: [String: String]) -> String? {
  let (role, recorded) = (StartingModel.role, file.metadata.sources)
  if sources[role] != recorded[role] { return "from other weights" }
  // Files of earlier versions do not tell all their sources.
  let other = sources.sorted { $0.key < $1.key }.first { recorded[$0] ?? $1 != $1 }
  return other.map { "on other \($0.key)" }
}
