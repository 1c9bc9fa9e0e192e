import Artifacts
import CommandLineTools
import Foundation
import NeuralNetworks
import Tensors

/// One training from its first step to the file of its model, over as many processes as it takes.
///
/// State is checkpointed beside the model. A run that is stopped and started again with the same
/// command goes on from there and ends with the same bytes, because everything random is a function
/// of the seed and the step. Where numbers stop being finite it goes back to an earlier state and on
/// with half the learning rate, a few times.
public final class TrainingRun<Model: Codable & Hashable & Sendable> {
  /// Why `run` returned.
  public enum Ending {
    /// The model is in its file.
    case finished
    /// The user interrupted; the state is in the checkpoint.
    case interrupted
  }

  /// The architecture and how it is trained.
  public let configuration: TrainedConfiguration<Model>
  /// The path of the model's file.
  public let output: String
  private let kind: ArtifactKind
  private let sources: [String: String]
  private let checkpoints: TrainingCheckpoints<Model>
  private let checkpointInterval: Duration
  private let console = Console.standardError
  private let lock: OutputLock

  /// Steps between the states to go back to. It must not depend on time, or a run that goes back would
  /// not end with the same bytes each time.
  private static var stateInterval: Int { 100 }

  /// A run that will write `output`, which no other process can write meanwhile.
  ///
  /// - Parameters:
  ///   - sources: the digest of each file or data set it is made from, by its role.
  ///   - checkpointInterval: the time between checkpoints.
  /// - Throws: a `FileError` if `output` cannot be written, is being written by another process or is
  ///   the file of another training.
  public init(
    kind: ArtifactKind, output: String, configuration: TrainedConfiguration<Model>,
    sources: [String: String] = [:], checkpointInterval: Duration = .seconds(60)
  ) throws {
    self.kind = kind
    self.output = output
    self.configuration = configuration
    self.sources = sources
    self.checkpointInterval = checkpointInterval
    checkpoints = TrainingCheckpoints(
      besides: output, configuration: configuration, sources: sources)
    try AtomicFile.checkWritable(output)
    lock = try OutputLock(on: output)
    let companions = ["checkpoint.safetensors", "metrics.jsonl", "reconstructions.png"]
    for path in [output] + companions.map({ companionPath(of: output, $0) }) {
      AtomicFile.removeTemporaries(of: path)
    }
    isFinished = try Self.isFinished(
      kind: kind, output: output, configuration: configuration, sources: sources)
  }

  /// Whether an earlier process has finished this very training.
  public let isFinished: Bool

  private static func isFinished(
    kind: ArtifactKind, output: String, configuration: TrainedConfiguration<Model>,
    sources: [String: String]
  ) throws -> Bool {
    guard FileManager.default.fileExists(atPath: output) else { return false }
    let file = try ArtifactFile(path: output, kind: kind)
    let made = try file.configuration(as: TrainedConfiguration<Model>.self)
    let difference =
      made == configuration
      ? differingSource(sources, in: file).map { "on other \($0)" } : "with other settings"
    if let difference {
      throw FileError(
        output, "is there already, trained \(difference)",
        remedy: "remove it to train again, or choose another --output")
    }
    return true
  }

  /// Carries out the training, unless it is finished, and tells the user and the shell how that ended.
  ///
  /// Throws the exit code of the signal if the training was interrupted, and what `run` throws.
  public func complete(_ task: () throws -> TrainingTask) throws {
    if isFinished {
      print("\(output) is finished; remove it to train again")
    } else if try run(task()) == .interrupted {
      try Interruption.throwIfRequested()
    }
  }

  /// Carries out the training, from its checkpoint if there is one; the task's settings are the run's.
  ///
  /// A sheet of reconstructions, where the task has one, is kept up to date beside the model, as
  /// `NAME.reconstructions.png`.
  /// Throws what the task throws; a `FileError` if a file cannot be read or written or the training
  /// diverges however often it goes back.
  public func run(_ task: TrainingTask) throws -> Ending {
    let steps = configuration.training.steps
    let state = TrainingState(parameters: task.parameters, optimizer: Adam(task.parameters))
    var position = try resume(state)
    var metrics = try MetricsLog(besides: output, resumingAt: position.step)
    let progress = ProgressReporter(task.title, total: steps, completed: position.step)
    var throughput = Throughput(batchSize: configuration.training.batchSize)
    var lastCheckpoint = ContinuousClock.now
    var validated: [Figure] = []
    try task.begin(position.step)
    while position.step < steps {
      let number = position.step + 1
      let isLast = number == steps
      do {
        var figures = try advance(&position, state, task)
        figures.append(Figure("images/s", throughput.tick()))
        if number % task.validationInterval == 0 || isLast {
          validated = try validate(task, after: number)
          try metrics.append(step: number, figures + validated)
        }
        position.step = number
        progress.report(number, figures: figures + validated.prefix(1))
      } catch let divergence as Divergence {
        try goBack(after: divergence, &position, state)
        metrics = try MetricsLog(besides: output, resumingAt: position.step)
        try task.begin(position.step)
        continue
      }
      if Interruption.isRequested && !isLast {
        try checkpoints.save(position, state)
        console.writeLine(
          "\(task.title): interrupted after step \(number) of \(steps); run the same command again to "
            + "go on")
        return .interrupted
      }
      if ContinuousClock.now - lastCheckpoint >= checkpointInterval && !isLast {
        try checkpoints.save(position, state)
        lastCheckpoint = .now
      }
    }
    progress.finish(figures: validated)
    try write(task.parameters, validated)
    return .finished
  }

  /// Takes one step, and keeps the state before it now and then, to go back to.
  ///
  /// Throws a `Divergence`, before the weights change, if the loss or a gradient is not finite.
  private func advance(
    _ position: inout TrainingPosition, _ state: TrainingState, _ task: TrainingTask
  ) throws -> [Figure] {
    let settings = configuration.training
    let number = position.step + 1
    // Before the forward pass, which changes codebooks.
    let before =
      position.step.isMultiple(of: Self.stateInterval) && position.step != position.good.step
      ? try KeptState(state, after: position.step, besides: output) : nil
    var figures: [Figure] = []
    for part in 0..<settings.parts {
      let computed = try task.computeGradients(part: position.step * settings.parts + part).figures
      figures =
        figures.isEmpty
        ? computed : zip(figures, computed).map { Figure($0.name, $0.value + $1.value) }
    }
    let norm = state.optimizer.gradientNorm()
    try Divergence.check(gradientNorm: norm, of: state.parameters, step: number)
    if let before { position.good = before }
    let limit = Double(settings.gradientNormLimit)
    state.optimizer.step(
      number: number, rate: position.rateScale * settings.schedule.rate(at: number),
      gradientScale: norm > limit ? Float(limit / norm) : 1)
    return figures
  }

  /// Figures of the model after a step; throws a `Divergence` if one is not finite.
  private func validate(_ task: TrainingTask, after number: Int) throws -> [Figure] {
    try task.reconstructions?().writePNG(to: companionPath(of: output, "reconstructions.png"))
    let figures = try task.validate(configuration.training.heldOut)
    for figure in figures { try Divergence.check(figure.value, figure.name, step: number) }
    return figures
  }

  /// Puts the model into its last good state, with half the learning rate from there.
  ///
  /// Throws a `FileError`, and leaves that state in the checkpoint, once this has not helped often
  /// enough.
  private func goBack(
    after divergence: Divergence, _ position: inout TrainingPosition, _ state: TrainingState
  ) throws {
    let good = position.good
    try good.restore(state)
    position.step = good.step
    guard position.rollbacks < rollbackLimit else {
      try checkpoints.save(position, state)
      throw FileError(
        output,
        "cannot be trained further: \(divergence), for all that the learning rate was halved "
          + "\(rollbackLimit) times; \(checkpoints.path) holds the state after step \(good.step)",
        remedy: "go on from there with a lower --learning-rate")
    }
    position.rollbacks += 1
    console.writeLine(
      "warning: \(divergence); going back to step \(good.step) and on with half the learning rate "
        + "(\(position.rollbacks) of \(rollbackLimit) times)")
  }

  /// Puts the model where the checkpoint is, if there is one.
  private func resume(_ state: TrainingState) throws -> TrainingPosition {
    guard let (position, warning) = try checkpoints.load(into: state) else {
      return TrainingPosition(good: try KeptState(state, after: 0, besides: output))
    }
    if let warning { console.writeLine("warning: \(warning)") }
    console.writeLine(
      "going on after step \(position.step) of \(configuration.training.steps)")
    return position
  }

  private func write(_ parameters: ParameterStore, _ figures: [Figure]) throws {
    try Artifact(
      metadata: ArtifactMetadata(
        kind: kind, configuration: configuration, sources: sources,
        notes: Dictionary(figures.map { ($0.name, "\($0.value)") }, uniquingKeysWith: { $1 })),
      tensors: parameters.storedTensors(configuration.training.precision)
    ).write(to: output)
    try checkpoints.remove()
  }
}
