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
  /// What one part of a step computed.
  public struct Step {
    /// What is minimized; a scalar.
    public var loss: Tensor
    /// Numbers to show and log.
    public var figures: [Figure]

    /// A step's results.
    public init(loss: Tensor, figures: [Figure]) {
      self.loss = loss
      self.figures = figures
    }
  }

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

  /// Has the model trained, unless it is finished, and tells the user and the shell how that ended.
  ///
  /// Throws the exit code of the signal if the training was interrupted, and what `train` throws.
  public func complete(_ train: () throws -> Ending) throws {
    if isFinished {
      print("\(output) is finished; remove it to train again")
    } else if try train() == .interrupted {
      try Interruption.throwIfRequested()
    }
  }

  /// Trains.
  ///
  /// - Parameters:
  ///   - parameters: of the model; their values are replaced where there is a checkpoint.
  ///   - begin: called before the first `step`, and wherever the training goes back, with the number of
  ///     steps already done.
  ///   - step: the forward pass of one part of a step, by number: parts are counted through all steps,
  ///     from 0.
  ///   - validationInterval: steps between validations; the last step is always followed by one.
  ///   - validate: figures of the model as it is.
  /// - Throws: a `FileError` if the checkpoint is of another training, something cannot be written, or
  ///   numbers are not finite however often the training goes back; whatever the closures throw.
  public func run(
    _ parameters: ParameterStore, title: String, validationInterval: Int,
    begin: (Int) throws -> Void,
    step: (_ part: Int, _ pass: ForwardPass, _ randomness: Randomness) throws -> Step,
    validate: () throws -> [Figure]
  ) throws -> Ending {
    let steps = configuration.training.steps
    let optimizer = Adam(parameters)
    var position = try resume(parameters, optimizer)
    var metrics = try MetricsLog(besides: output, resumingAt: position.step)
    let progress = ProgressReporter(title, total: steps, completed: position.step)
    var throughput = Throughput(batchSize: configuration.training.batchSize)
    var lastCheckpoint = ContinuousClock.now
    var validated: [Figure] = []
    try begin(position.step)
    while position.step < steps {
      let number = position.step + 1
      let isLast = number == steps
      do {
        var figures = try advance(&position, parameters, optimizer, step)
        figures.append(Figure("images/s", throughput.tick()))
        if number % validationInterval == 0 || isLast {
          validated = try validate()
          for figure in validated {
            try Divergence.check(figure.value, figure.name, step: number)
          }
          try metrics.append(step: number, figures + validated)
        }
        position.step = number
        progress.report(number, figures: figures + validated.prefix(1))
      } catch let divergence as Divergence {
        try goBack(after: divergence, &position, parameters, optimizer)
        metrics = try MetricsLog(besides: output, resumingAt: position.step)
        try begin(position.step)
        continue
      }
      if Interruption.isRequested && !isLast {
        try checkpoints.save(position, TrainingState(after: number, parameters, optimizer))
        console.writeLine(
          "\(title): interrupted after step \(number) of \(steps); run the same command again to "
            + "go on")
        return .interrupted
      }
      if ContinuousClock.now - lastCheckpoint >= checkpointInterval && !isLast {
        try checkpoints.save(position, TrainingState(after: number, parameters, optimizer))
        lastCheckpoint = .now
      }
    }
    progress.finish(figures: validated)
    try write(parameters, validated)
    return .finished
  }

  /// Takes one step, and keeps the state before it now and then, to go back to.
  ///
  /// Throws a `Divergence`, before the weights change, if the loss or a gradient is not finite.
  private func advance(
    _ position: inout TrainingPosition, _ parameters: ParameterStore, _ optimizer: Adam,
    _ step: (Int, ForwardPass, Randomness) throws -> Step
  ) throws -> [Figure] {
    let settings = configuration.training
    let number = position.step + 1
    // Before the forward pass, which changes codebooks.
    let before =
      position.step.isMultiple(of: Self.stateInterval)
      ? TrainingState(after: position.step, parameters, optimizer) : nil
    var figures: [Figure] = []
    for part in 0..<settings.parts {
      let computed = try computeGradients(part: position.step * settings.parts + part, step)
      figures =
        figures.isEmpty
        ? computed : zip(figures, computed).map { Figure($0.name, $0.value + $1.value) }
    }
    let norm = optimizer.gradientNorm()
    try Divergence.check(gradientNorm: norm, of: parameters, step: number)
    if let before { position.good = before }
    let limit = Double(settings.gradientNormLimit)
    optimizer.step(
      number: number, rate: position.rateScale * settings.schedule.rate(at: number),
      gradientScale: norm > limit ? Float(limit / norm) : 1)
    return figures
  }

  /// Adds the gradients of one part of a step to those of the parts before it.
  ///
  /// - Returns: the part's share of the step's loss and figures.
  private func computeGradients(
    part: Int, _ step: (Int, ForwardPass, Randomness) throws -> Step
  ) throws -> [Figure] {
    let settings = configuration.training
    let randomness = Randomness(seed: settings.seed).stream("steps").stream(part + 1)
    let tape = Tape()
    let pass = ForwardPass(
      recordingOn: tape, randomness: randomness, recomputingBlocks: settings.recomputesBlocks)
    let result = try step(part, pass, randomness)
    let loss = Double(result.loss.scalar)
    try Divergence.check(loss, "loss", step: part / settings.parts + 1)
    let share = 1 / Float(settings.parts)
    tape.backward(from: result.loss, seed: Tensor(repeating: share, shape: result.loss.shape))
    return ([Figure("loss", loss)] + result.figures).map {
      Figure($0.name, $0.value / Double(settings.parts))
    }
  }

  /// Puts the model into its last good state, with half the learning rate from there.
  ///
  /// Throws a `FileError`, and leaves that state in the checkpoint, once this has not helped often
  /// enough.
  private func goBack(
    after divergence: Divergence, _ position: inout TrainingPosition,
    _ parameters: ParameterStore, _ optimizer: Adam
  ) throws {
    let good = position.good
    good.restore(parameters, optimizer)
    position.step = good.step
    guard position.rollbacks < rollbackLimit else {
      try checkpoints.save(position, good)
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
  private func resume(
    _ parameters: ParameterStore, _ optimizer: Adam
  ) throws -> TrainingPosition {
    let start = TrainingState(after: 0, parameters, optimizer)
    guard let saved = try checkpoints.load(from: start) else {
      return TrainingPosition(good: start)
    }
    if let warning = saved.warning { console.writeLine("warning: \(warning)") }
    saved.latest.restore(parameters, optimizer)
    console.writeLine(
      "going on after step \(saved.position.step) of \(configuration.training.steps)")
    return saved.position
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
