import Artifacts
import Foundation
import Models
import NeuralNetworks

/// All that a training reads and writes on the disk besides its data: the lock, checkpoints, states to go
/// back to, the record for people, the model. Of processes that train together only the lead has it.
final class TrainingFiles<Model: Codable & Hashable & Sendable> {
  private let kind: ArtifactKind
  private let output: String
  /// The architecture and how it is trained, with what it goes on from.
  let configuration: TrainedConfiguration<Model>
  /// Whether an earlier process has finished this very training.
  let isFinished: Bool
  private let sources: [String: String]
  private let checkpoints: TrainingCheckpoints<Model>
  private let lock: OutputLock
  private let observer: any TrainingObserver
  /// What people look at meanwhile.
  let record: TrainingRecord
  /// A state whose next step was computed in finite numbers.
  private var good: KeptState?
  /// One whose next step is being computed.
  private var candidate: KeptState?
  /// The model after the best validation so far.
  private var best: KeptState?

  /// Steps between the states to go back to. It must not depend on time, or a run that goes back would
  /// not end with the same bytes each time.
  private static var stateInterval: Int { 100 }

  /// The files of a training that will write `output`, which no other process can write meanwhile.
  ///
  /// What an earlier process that finished it may have left, killed right then, is put in order.
  ///
  /// Throws a `FileError` if `output` cannot be written, is being written by another process, or is the
  /// file of another training.
  init(
    kind: ArtifactKind, output: String, configuration: TrainedConfiguration<Model>,
    sources: [String: String], command: String?, observer: any TrainingObserver
  ) throws {
    self.kind = kind
    self.output = output
    self.sources = sources
    self.observer = observer
    lock = try OutputLock(onNewFile: output)
    AtomicFile.removeTemporaries(of: companionPath(of: output, "checkpoint.safetensors"))
    record = TrainingRecord(besides: output, command: command)
    let earlier = try configuration.earlier(at: output, kind: kind, sources: sources)
    isFinished = earlier?.made.isSame(as: configuration) ?? false
    let longer = earlier.flatMap { configuration.goingOn(from: $0.made, after: $0.stepsTaken) }
    self.configuration = longer ?? earlier?.made ?? configuration
    checkpoints = TrainingCheckpoints(
      besides: output, configuration: self.configuration, sources: sources,
      finished: isFinished ? nil : earlier?.made)
    if isFinished { try checkpoints.finishAfterKill() }
  }

  /// Puts the model of a task where the checkpoint is, if there is one, and returns where that is.
  ///
  /// Throws a `FileError` if the checkpoint cannot be used or nothing can be written.
  func begin(_ state: TrainingState, of task: TrainingTask) throws -> TrainingBeginning {
    var beginning = TrainingBeginning()
    if let saved = try checkpoints.load(into: state) {
      if let warning = saved.warning { observer.warn(warning) }
      if saved.isLonger { observer.note(stretching(after: saved.position)) }
      beginning = TrainingBeginning(position: saved.position, isResumed: true)
      (good, best) = (saved.good, saved.best)
    } else {
      good = try KeptState(state.tensors, after: 0, besides: output)
    }
    try record.begin(task, at: beginning)
    return beginning
  }

  /// Says that a finished training goes on, and at which rate.
  private func stretching(after position: TrainingPosition) -> String {
    let settings = configuration.training
    let rate = position.rateScale * settings.rate(at: position.step + 1)
    return "\(output) was finished after \(position.step) steps; its schedule is stretched to "
      + "\(settings.steps), with a learning rate that falls again from "
      + String(format: "%.2g", rate)
  }

  /// Keeps the state after a step now and then; it is one to go back to once the next step is known to
  /// have been computed in finite numbers.
  ///
  /// Throws a `FileError` if there is no room for it.
  func keepIfDue(_ state: TrainingState, after step: Int) throws {
    guard step.isMultiple(of: Self.stateInterval), step != good?.step else { return }
    candidate = try KeptState(state.tensors, after: step, besides: output)
  }

  /// Says that the next step was computed in finite numbers.
  func confirmKept() {
    good = candidate.take() ?? good
  }

  /// Keeps the model as it is, after a step with the best validation so far.
  ///
  /// Throws a `FileError` if there is no room for it.
  func keepBest(_ parameters: ParameterStore, after step: Int) throws {
    best = try KeptState(
      parameters.all.map { ($0.name, $0.value) }, after: step, besides: output)
  }

  /// Puts the model into its last good state, with half the learning rate from there.
  ///
  /// Throws a `FileError`, and leaves that state in the checkpoint, once this has not helped often
  /// enough.
  func goBack(
    after divergence: Divergence, _ state: TrainingState, from diverged: TrainingPosition
  ) throws -> TrainingPosition {
    guard let good else { preconditionFailure("there is a good state from the beginning") }
    candidate = nil
    try good.restore(state)
    var position = diverged
    position.step = good.step
    guard position.rollbacks < rollbackLimit else {
      try checkpoints.save(position, state, good: good, best: best)
      throw FileError(
        output,
        "cannot be trained further: \(divergence), for all that the learning rate was halved "
          + "\(rollbackLimit) times; \(checkpoints.path) holds the state after step \(good.step)",
        remedy: "go on from there with a lower --learning-rate")
    }
    position.rollbacks += 1
    observer.warn(
      "\(divergence); going back to step \(good.step) and on with half the learning rate "
        + "(\(position.rollbacks) of \(rollbackLimit) times)")
    try record.goBack(to: position.step)
    return position
  }

  /// Saves a checkpoint; throws a `FileError`, and leaves the earlier ones, if it cannot be written.
  func save(_ position: TrainingPosition, _ state: TrainingState) throws {
    guard let good else { preconditionFailure("there is a good state from the beginning") }
    try checkpoints.save(position, state, good: good, best: best)
  }

  /// Puts the best model that was kept, if any was, in the place of the last.
  ///
  /// Throws a `FileError` if it cannot be read.
  func restoreBest(_ parameters: ParameterStore) throws {
    try best?.restore(parameters)
  }

  /// Saves the last state, which was validated and so is one to go back to; throws a `FileError` if it
  /// cannot be written.
  func saveLast(_ position: TrainingPosition, _ state: TrainingState) throws {
    try checkpoints.save(position, state, good: nil, best: best)
  }

  /// Writes the model, and keeps the last state for a longer training; throws a `FileError` if that cannot
  /// be done.
  ///
  /// - Parameters:
  ///   - step: the last.
  ///   - figures: of the validation of the model that is written.
  func finish(_ parameters: ParameterStore, after step: Int, _ figures: [Figure]) throws {
    var notes = Dictionary(
      figures.map { ($0.name, "\($0.value)") }, uniquingKeysWith: { $1 })
    if step < configuration.training.steps { notes[TrainingSettings.lastStepNote] = "\(step)" }
    try Artifact(
      metadata: ArtifactMetadata(
        kind: kind, configuration: configuration, sources: sources, notes: notes),
      tensors: parameters.storedTensors(configuration.training.precision)
    ).write(to: output)
    try checkpoints.finish()
  }
}

/// Where a training begins.
struct TrainingBeginning: Codable {
  var position = TrainingPosition()
  /// Whether it goes on from a checkpoint.
  var isResumed = false
}
