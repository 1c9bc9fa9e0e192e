import Artifacts
import Communication
import Models
import NeuralNetworks
import Tensors

/// One training from its first step to the file of its model, over as many processes as it takes: one
/// after the other, and at each time one or several that share every batch.
///
/// State is checkpointed beside the model. A run that is stopped and started again with the same
/// command goes on from there and ends with the same bytes, because everything random is a function
/// of the seed and the step. Where numbers stop being finite it goes back to an earlier state and on
/// with half the learning rate, a few times. Once it is finished, the same command with more steps goes
/// on from its last state.
public final class TrainingRun<Model: Codable & Hashable & Sendable> {
  /// Why `run` returned.
  public enum Ending: Equatable {
    /// The model is in its file.
    case finished
    /// The observer of a process asked to stop, which all did after the same step; the state is in the
    /// checkpoint. `code` is the largest that an observer gave.
    case interrupted(code: Int32, step: Int)
  }

  /// The architecture and how it is trained, with what it goes on from: the task's too.
  public let configuration: TrainedConfiguration<Model>
  /// Whether an earlier process has finished this very training.
  public let isFinished: Bool
  private let output: String
  let communicator: any Communicator
  private let start: StartingModel?
  let files: TrainingFiles<Model>?
  private let checkpointInterval: Duration
  let observer: any TrainingObserver

  /// A run that will write `output`, which no other process can write meanwhile.
  ///
  /// - Parameters:
  ///   - sources: the digest of each file or data set it is made from, by its role.
  ///   - start: the model whose weights it begins with, another of its sources; nil for random ones.
  ///   - command: what a user typed to start it, for the training page.
  ///   - checkpointInterval: the time between checkpoints.
  ///   - communicator: those who train together.
  ///   - observer: who follows this process of it.
  /// - Throws: a `FileError` if `output` cannot be written, is being written by another process or is
  ///   the file of another training, or if those who train together would train different things.
  public init(
    kind: ArtifactKind, output: String, configuration: TrainedConfiguration<Model>,
    sources: [String: String] = [:], startingFrom start: StartingModel? = nil,
    command: String? = nil,
    checkpointInterval: Duration = .seconds(60),
    sharedBy communicator: any Communicator = SoleProcess(),
    observer: any TrainingObserver = SilentObserver()
  ) throws {
    self.output = output
    self.start = start
    self.communicator = communicator
    self.checkpointInterval = checkpointInterval
    self.observer = observer
    var sources = sources
    sources[StartingModel.role] = start?.file.digest
    try TrainingAgreement(configuration, sources).check(of: output, among: communicator)
    let files =
      communicator.isLead
      ? try TrainingFiles(
        kind: kind, output: output, configuration: configuration, sources: sources,
        command: command, observer: observer) : nil
    isFinished = try communicator.fromLead { files?.isFinished ?? false }
    self.configuration = try communicator.fromLead { files?.configuration ?? configuration }
    self.files = files
  }

  /// Carries out the training, from its checkpoint if there is one; the task's settings and processes
  /// are the run's.
  ///
  /// A sheet of pictures, where the task has one, is kept up to date beside the model, as
  /// `NAME.reconstructions.png`, and a page of all that can be said, as `NAME.training.html`.
  /// Throws what the task throws; a `FileError` if a file cannot be read or written or the training
  /// diverges however often it goes back.
  public func run(_ task: TrainingTask) throws -> Ending {
    do {
      return try carryOut(task)
    } catch {
      // What went wrong is told by the error, whether or not the page can tell it.
      try? files?.record.writePage(.ended("Ended by an error: \(error)"))
      throw error
    }
  }

  private func carryOut(_ task: TrainingTask) throws -> Ending {
    let steps = configuration.training.steps
    let anew = try start?.load(into: task.parameters) ?? []
    let state = TrainingState(of: task)
    let beginning = try fromFiles { try $0.begin(state, of: task) }
    var position = beginning.position
    state.copyFromLead(of: communicator)
    if let start, !beginning.isResumed { observer.note(start.description(of: anew)) }
    observer.begin(
      task.title, after: position.step, of: steps, isResumed: beginning.isResumed)
    var throughput = Throughput(batchSize: configuration.training.batchSize)
    var pace = Pace()
    var lastCheckpoint = ContinuousClock.now
    var validated: [Figure] = []
    var isExhausted = configuration.training.isExhausted(after: position.best)
    if position.step == steps || isExhausted {
      // An earlier process came to the end, and no further.
      validated = try validate(task, state, after: position.step)
    }
    try task.begin(position.step)
    while position.step < steps && !isExhausted {
      let number = position.step + 1
      let isLast = number == steps
      do {
        var figures = try advance(position, state, task)
        figures.append(Figure("images/s", throughput.tick()))
        pace.tick()
        if number % task.validationInterval == 0 || isLast {
          validated = try validate(task, state, after: number)
          try files?.record.add(step: number, figures + validated)
          try keepIfBest(&position.best, validated, task, state, after: number)
          isExhausted = configuration.training.isExhausted(after: position.best)
          try files?.record.writePage(.going(timeLeft: pace.time(of: steps - number)))
        }
        position.step = number
        observer.report(step: number, figures: figures + validated.prefix(1))
      } catch let divergence as Divergence {
        position = try goBack(after: divergence, position, state)
        try task.begin(position.step)
        continue
      }
      if let code = agreedInterruption(), !isLast, !isExhausted {
        try files?.save(position, state)
        try files?.record.writePage(
          .ended(
            "Interrupted after step \(number) of \(steps); the same command goes on from there."))
        return .interrupted(code: code, step: number)
      }
      if ContinuousClock.now - lastCheckpoint >= checkpointInterval && !isLast && !isExhausted {
        try files?.save(position, state)
        lastCheckpoint = .now
      }
    }
    try files?.saveLast(position, state)
    try finish(task, after: position, validated)
    return .finished
  }

  /// Writes the model, and says what it can do.
  private func finish(
    _ task: TrainingTask, after position: TrainingPosition, _ validated: [Figure]
  ) throws {
    var figures = validated
    if let best = position.best {
      try files?.restoreBest(task.parameters)
      if best.step < position.step {
        try writeSheet(task, after: best.step)
        figures = [Figure(validated[0].name, best.value), Figure("best step", Double(best.step))]
      }
    }
    try files?.finish(task.parameters, after: position.step, figures)
    try files?.record.writePage(.ended("Finished after \(position.step) steps."))
    observer.finish(after: position.step, figures: figures)
  }

  /// Keeps the model, the average of its weights, if its validation is the best so far.
  private func keepIfBest(
    _ best: inout BestValidation?, _ figures: [Figure], _ task: TrainingTask,
    _ state: TrainingState, after number: Int
  ) throws {
    guard let aim = task.aim, let value = figures.first?.value else { return }
    if let earlier = best, !aim.prefers(value, to: earlier.value) {
      best?.worseSince += 1
      return
    }
    best = BestValidation(step: number, value: value)
    try state.withModel { try files?.keepBest(task.parameters, after: number) }
  }
}
