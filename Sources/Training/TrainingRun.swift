import ArgumentParser
import Artifacts
import CommandLineTools
import Communication
import NeuralNetworks
import Tensors

/// One training from its first step to the file of its model, over as many processes as it takes: one
/// after the other, and at each time one or several that share every batch.
///
/// State is checkpointed beside the model. A run that is stopped and started again with the same
/// command goes on from there and ends with the same bytes, because everything random is a function
/// of the seed and the step. Where numbers stop being finite it goes back to an earlier state and on
/// with half the learning rate, a few times.
public final class TrainingRun<Model: Codable & Hashable & Sendable> {
  /// Why `run` returned.
  public enum Ending: Equatable {
    /// The model is in its file.
    case finished
    /// A process got a signal, for which it and all others have this exit code; the state is in the
    /// checkpoint.
    case interrupted(exitCode: Int32)
  }

  /// The architecture and how it is trained.
  public let configuration: TrainedConfiguration<Model>
  /// Whether an earlier process has finished this very training.
  public let isFinished: Bool
  private let output: String
  private let communicator: any Communicator
  private let files: TrainingFiles<Model>?
  private let checkpointInterval: Duration
  private let console = Console.standardError

  /// A run that will write `output`, which no other process can write meanwhile.
  ///
  /// - Parameters:
  ///   - sources: the digest of each file or data set it is made from, by its role.
  ///   - checkpointInterval: the time between checkpoints.
  ///   - communicator: those who train together.
  /// - Throws: a `FileError` if `output` cannot be written, is being written by another process or is
  ///   the file of another training, or if those who train together would train different things.
  public init(
    kind: ArtifactKind, output: String, configuration: TrainedConfiguration<Model>,
    sources: [String: String] = [:], checkpointInterval: Duration = .seconds(60),
    sharedBy communicator: any Communicator = SoleProcess()
  ) throws {
    self.configuration = configuration
    self.output = output
    self.communicator = communicator
    self.checkpointInterval = checkpointInterval
    try TrainingAgreement(configuration, sources).check(of: output, among: communicator)
    let files =
      communicator.isLead
      ? try TrainingFiles(
        kind: kind, output: output, configuration: configuration, sources: sources) : nil
    isFinished = try communicator.fromLead { try files?.isFinished() ?? false }
    self.files = files
  }

  /// Carries out the training, unless it is finished, and tells the user and the shell how that ended.
  ///
  /// Throws the exit code of the signal if the training was interrupted, and what `run` throws.
  public func complete(_ task: () throws -> TrainingTask) throws {
    var ending = Ending.finished
    if !isFinished {
      ending = try run(task())
    } else if communicator.isLead {
      print("\(output) is finished; remove it to train again")
    }
    communicator.leave()
    if case .interrupted(let exitCode) = ending { throw ExitCode(exitCode) }
  }

  /// Carries out the training, from its checkpoint if there is one; the task's settings and processes
  /// are the run's.
  ///
  /// A sheet of reconstructions, where the task has one, is kept up to date beside the model, as
  /// `NAME.reconstructions.png`.
  /// Throws what the task throws; a `FileError` if a file cannot be read or written or the training
  /// diverges however often it goes back.
  public func run(_ task: TrainingTask) throws -> Ending {
    let steps = configuration.training.steps
    let state = TrainingState(parameters: task.parameters, optimizer: Adam(task.parameters))
    var position = try fromFiles { try $0.begin(state) }
    state.copyFromLead(of: communicator)
    let progress = ProgressReporter(task.title, total: steps, completed: position.step)
    var throughput = Throughput(batchSize: configuration.training.batchSize)
    var lastCheckpoint = ContinuousClock.now
    var validated: [Figure] = []
    try task.begin(position.step)
    while position.step < steps {
      let number = position.step + 1
      let isLast = number == steps
      do {
        var figures = try advance(position, state, task)
        figures.append(Figure("images/s", throughput.tick()))
        if number % task.validationInterval == 0 || isLast {
          validated = try validate(task, after: number)
          try files?.log(step: number, figures + validated)
        }
        position.step = number
        progress.report(number, figures: figures + validated.prefix(1))
      } catch let divergence as Divergence {
        position = try goBack(after: divergence, position, state)
        try task.begin(position.step)
        continue
      }
      if let exitCode = agreedInterruption(), !isLast {
        try files?.save(position, state)
        console.writeLine(
          "\(task.title): interrupted after step \(number) of \(steps); run the same command again to "
            + "go on")
        return .interrupted(exitCode: exitCode)
      }
      if ContinuousClock.now - lastCheckpoint >= checkpointInterval && !isLast {
        try files?.save(position, state)
        lastCheckpoint = .now
      }
    }
    progress.finish(figures: validated)
    try files?.finish(task.parameters, validated)
    return .finished
  }

  /// Takes one step, and keeps the state before it now and then, to go back to.
  ///
  /// Throws a `Divergence`, before the weights change, if the loss or a gradient is not finite.
  private func advance(
    _ position: TrainingPosition, _ state: TrainingState, _ task: TrainingTask
  ) throws -> [Figure] {
    let settings = configuration.training
    let number = position.step + 1
    // Before the forward pass, which changes codebooks.
    try files?.keepIfDue(state, after: position.step)
    var figures: [Figure] = []
    for part in 0..<settings.parts {
      let computed = try task.computeGradients(part: position.step * settings.parts + part).figures
      figures =
        figures.isEmpty
        ? computed : zip(figures, computed).map { Figure($0.name, $0.value + $1.value) }
    }
    figures = zip(figures, communicator.sums(of: figures.map(\.value))).map { Figure($0.name, $1) }
    if let loss = figures.first { try Divergence.check(loss.value, loss.name, step: number) }
    let norm = state.optimizer.gradientNorm()
    try Divergence.check(gradientNorm: norm, of: state.parameters, step: number)
    files?.confirmKept()
    let limit = Double(settings.gradientNormLimit)
    state.optimizer.step(
      number: number, rate: position.rateScale * settings.schedule.rate(at: number),
      gradientScale: norm > limit ? Float(limit / norm) : 1)
    return figures
  }

  /// Figures of the model after a step; throws a `Divergence` if one is not finite.
  private func validate(_ task: TrainingTask, after number: Int) throws -> [Figure] {
    if let files, let reconstructions = try task.reconstructions?() {
      try files.write(reconstructions: reconstructions)
    }
    let figures = try task.validate(configuration.training.heldOut)
    for figure in figures { try Divergence.check(figure.value, figure.name, step: number) }
    return figures
  }

  /// Puts the model of every process into its last good state, with half the learning rate from there.
  ///
  /// Throws a `FileError` once this has not helped often enough.
  private func goBack(
    after divergence: Divergence, _ position: TrainingPosition, _ state: TrainingState
  ) throws -> TrainingPosition {
    let back = try fromFiles {
      try $0.goBack(after: divergence, state, rollbacks: position.rollbacks)
    }
    state.copyFromLead(of: communicator)
    return back
  }

  /// The exit code of a signal that any of the processes got by now; nil if none has.
  private func agreedInterruption() -> Int32? {
    let codes = communicator.all(Double(Interruption.exitCode ?? 0))
    return codes.max().flatMap { $0 > 0 ? Int32($0) : nil }
  }

  /// What the files, which are the lead's, say to all processes.
  private func fromFiles<Value: Codable>(
    _ find: (TrainingFiles<Model>) throws -> Value
  ) throws -> Value {
    try communicator.fromLead {
      guard let files else { preconditionFailure("the lead has the files") }
      return try find(files)
    }
  }
}
