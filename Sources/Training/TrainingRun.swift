import Artifacts
import CommandLineTools
import Foundation
import NeuralNetworks
import Tensors

/// One training from its first step to the file of its model, over as many processes as it takes.
///
/// State is checkpointed beside the model. A run that is stopped and started again with the same
/// command goes on from there and ends with the same bytes, because everything random is a function
/// of the seed and the step.
public final class TrainingRun<Model: Codable & Hashable & Sendable> {
  /// What one step computed.
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
  private let kind: ArtifactKind
  private let output: String
  private let sources: [String: String]
  private let checkpoints: CheckpointStore
  private let console = Console.standardError

  private static var checkpointInterval: Duration { .seconds(60) }

  /// A run that will write `output`.
  ///
  /// Throws a `FileError` if `output` cannot be written or is the file of another training.
  public init(
    kind: ArtifactKind, output: String, configuration: TrainedConfiguration<Model>,
    sources: [String: String] = [:]
  ) throws {
    self.kind = kind
    self.output = output
    self.configuration = configuration
    self.sources = sources
    checkpoints = CheckpointStore(besides: output)
    try AtomicFile.checkWritable(output)
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
    guard made == configuration, file.metadata.sources == sources else {
      throw FileError(
        output, "is there already, trained with other settings or on other files",
        remedy: "remove it to train again, or choose another --output")
    }
    return true
  }

  /// Trains.
  ///
  /// - Parameters:
  ///   - parameters: of the model; their values are replaced where there is a checkpoint.
  ///   - begin: called once with the number of steps already done, before the first `step`.
  ///   - step: the forward pass of one step, by number from 1.
  ///   - validationInterval: steps between validations; the last step is always followed by one.
  ///   - validate: figures of the model as it is.
  /// - Throws: a `FileError` if the checkpoint is of another training or something cannot be written;
  ///   whatever the closures throw.
  public func run(
    _ parameters: ParameterStore, title: String, validationInterval: Int,
    begin: (Int) throws -> Void,
    step: (_ number: Int, _ pass: ForwardPass, _ randomness: Randomness) throws -> Step,
    validate: () throws -> [Figure]
  ) throws -> Ending {
    let settings = configuration.training
    let optimizer = Adam(parameters)
    let done = try resume(parameters, optimizer)
    let metrics = try MetricsLog(besides: output, resumingAt: done == 0 ? nil : done)
    let progress = ProgressReporter(title, total: settings.steps, completed: done)
    let seeds = Randomness(seed: settings.seed).stream("steps")
    var throughput = Throughput(batchSize: settings.batchSize)
    var lastCheckpoint = ContinuousClock.now
    var validated: [Figure] = []
    try begin(done)
    for number in stride(from: done + 1, through: settings.steps, by: 1) {
      var figures = try advance(number, parameters, optimizer, seeds.stream(number), step)
      figures.append(Figure("images/s", throughput.tick()))
      let isLast = number == settings.steps
      if number % validationInterval == 0 || isLast {
        validated = try validate()
        for figure in validated { try checkFinite(figure.value, figure.name, step: number) }
        try metrics.append(step: number, figures + validated)
      }
      progress.report(number, figures: figures + validated.prefix(1))
      if Interruption.isRequested && !isLast {
        try save(parameters, optimizer, step: number)
        console.writeLine(
          "\(title): interrupted after step \(number) of \(settings.steps); run the same command "
            + "again to go on")
        return .interrupted
      }
      if ContinuousClock.now - lastCheckpoint >= Self.checkpointInterval && !isLast {
        try save(parameters, optimizer, step: number)
        lastCheckpoint = .now
      }
    }
    progress.finish(figures: validated)
    try Artifact(
      metadata: ArtifactMetadata(
        kind: kind, configuration: configuration, sources: sources,
        notes: Dictionary(
          validated.map { ($0.name, "\($0.value)") }, uniquingKeysWith: { $1 })),
      tensors: parameters.storedTensors(settings.precision)
    ).write(to: output)
    try checkpoints.remove()
    return .finished
  }

  private func advance(
    _ number: Int, _ parameters: ParameterStore, _ optimizer: Adam, _ randomness: Randomness,
    _ step: (Int, ForwardPass, Randomness) throws -> Step
  ) throws -> [Figure] {
    let settings = configuration.training
    let tape = Tape()
    let pass = ForwardPass(recordingOn: tape, randomness: randomness)
    let result = try step(number, pass, randomness)
    let loss = Double(result.loss.scalar)
    try checkFinite(loss, "loss", step: number)
    tape.backward(from: result.loss)
    let norm = optimizer.gradientNorm()
    let limit = Double(settings.gradientNormLimit)
    optimizer.step(
      number: number, rate: settings.schedule.rate(at: number),
      gradientScale: norm > limit ? Float(limit / norm) : 1)
    return [Figure("loss", loss)] + result.figures
  }

  private func checkFinite(_ value: Double, _ name: String, step: Int) throws {
    guard !value.isFinite else { return }
    throw FileError(
      output, "cannot be trained further: the \(name) of step \(step) is not finite",
      remedy: "train with a lower --learning-rate")
  }

  // MARK: - Checkpoints

  private struct CheckpointConfiguration: Codable {
    var step: Int
    var run: TrainedConfiguration<Model>
  }

  private func save(_ parameters: ParameterStore, _ optimizer: Adam, step: Int) throws {
    let moments = optimizer.state.map {
      StoredTensor($0.name, shape: $0.value.shape, .floats($0.value.elements))
    }
    try checkpoints.save(
      Artifact(
        metadata: ArtifactMetadata(
          kind: .checkpoint, configuration: CheckpointConfiguration(step: step, run: configuration),
          sources: sources), tensors: parameters.storedTensors(.full) + moments))
  }

  /// Takes the state from the checkpoint, if there is one, and returns the steps done.
  private func resume(_ parameters: ParameterStore, _ optimizer: Adam) throws -> Int {
    guard let checkpoint = try checkpoints.load() else { return 0 }
    if let warning = checkpoint.warning { console.writeLine("warning: \(warning)") }
    let file = checkpoint.file
    let saved = try file.configuration(as: CheckpointConfiguration.self)
    guard saved.run == configuration, file.metadata.sources == sources else {
      throw FileError(
        file.path, "was left by a training with other settings or on other files",
        remedy: "remove it to start from the beginning, or use the same flags to go on")
    }
    for parameter in parameters.all {
      parameter.value = Tensor(
        try file.tensors.readFloats(parameter.name, shape: parameter.value.shape),
        shape: parameter.value.shape)
    }
    optimizer.state = try optimizer.state.map { name, value in
      (name, Tensor(try file.tensors.readFloats(name, shape: value.shape), shape: value.shape))
    }
    console.writeLine("going on after step \(saved.step) of \(configuration.training.steps)")
    return saved.step
  }
}

/// Images per second over about the last five seconds.
private struct Throughput {
  let batchSize: Int
  private var steps = 0
  private var start = ContinuousClock.now
  private var rate = 0.0

  init(batchSize: Int) {
    self.batchSize = batchSize
  }

  mutating func tick() -> Double {
    steps += 1
    let elapsed = (ContinuousClock.now - start) / .seconds(1)
    if elapsed > 5 || rate == 0 {
      rate = Double(steps * batchSize) / max(elapsed, 1e-9)
      if elapsed > 5 {
        steps = 0
        start = .now
      }
    }
    return rate
  }
}
