import Artifacts
import Communication
import Models
import NeuralNetworks
import Tensors

/// What a training will take, found out by doing a little of it: nothing is written.
public struct TrainingPlan {
  /// The training.
  public let task: TrainingTask
  /// The time of a part of a step, measured.
  public let partTime: Duration
  /// What several processes spend on telling each other what they found, estimated.
  public let exchange: ExchangeEstimate
  /// The time of a step of the optimizer, measured.
  public let optimizerTime: Duration
  /// The time of a validation, estimated from one batch of it.
  public let validationTime: Duration
  /// The most memory this process has had, in bytes.
  public let peakMemory: Int
  private let forwardMultiplyAdds: Int
  private let sheetBytes: Int
  private let stateBytes: Int

  /// Tries all that a training does: parts of steps, steps of the optimizer, a batch of the
  /// validation, the making of tensors to write. The task's model is of no use afterwards.
  ///
  /// Takes about as long as two parts of a step, and about a second at least; where the steps are to
  /// follow from hours, a hundredth of those up to half a minute. Throws what the task and `progress`
  /// throw.
  ///
  /// - Parameters:
  ///   - process: which the task is for: the first of those to plan for.
  ///   - bandwidth: of the network between two of them, in bytes per second.
  ///   - progress: called with the number of parts of steps tried so far.
  public init(
    trying task: TrainingTask, on process: SoleProcess, bandwidth: Double,
    progress: (Int) throws -> Void = { _ in }
  ) throws {
    self.task = task
    let state = TrainingState(of: task)
    let steps = try TrialSteps(of: task, in: state, on: process, progress: progress)
    forwardMultiplyAdds = steps.forwardMultiplyAdds
    partTime = steps.partTimes.sorted()[steps.partTimes.count / 2]
    optimizerTime = steps.optimizerTime
    exchange = ExchangeEstimate(
      processes: process.count, bandwidth: bandwidth,
      gradientBytes: steps.gradientBytes,
      statisticsBytes: task.settings.parts * steps.statistics.bytes,
      statisticsSums: task.settings.parts * steps.statistics.sums,
      backwardTime: steps.backwardTime)

    let clock = ContinuousClock()
    let batch = task.validationBatch
    let batchTime = try clock.measure { _ = try task.validate(batch) }
    var sheet: [UInt8] = []
    let sheetTime = try clock.measure { sheet = try task.sheet?.draw().pngBytes() ?? [] }
    let batches = process.share(of: task.settings.heldOut, inPiecesOf: batch)
    validationTime = batchTime * Double(batches.count) / Double(batch) + sheetTime
    sheetBytes = sheet.count

    for tensor in state.stored() { _ = try tensor.values }
    stateBytes = state.tensors.reduce(0) { $0 + MemoryLayout<Float>.size * $1.value.count }
    peakMemory = peakResidentBytes()
  }

  /// The time in which a step computes.
  public var computingTime: Duration { partTime * task.settings.parts + optimizerTime }

  /// The time of a step, that of waiting for other processes included.
  public var stepTime: Duration {
    computingTime + (exchange.processes > 1 ? exchange.waitingTime : .zero)
  }

  /// How many steps the training takes: those of its settings, or as many as its hours allow.
  public var steps: Int {
    guard let hours = task.settings.hours else { return task.settings.steps }
    let limit = Duration.seconds(hours * 3600)
    // The most steps that fit, between one that counts as fitting and one that does not.
    var (fitting, tooMany) = (1, 1_000_000_001)
    while tooMany - fitting > 1 {
      let middle = (fitting + tooMany) / 2
      if time(of: middle) <= limit { fitting = middle } else { tooMany = middle }
    }
    return fitting
  }

  /// How often the training validates.
  public var validations: Int { validations(in: steps) }

  private func validations(in steps: Int) -> Int {
    var settings = task.settings
    settings.steps = steps
    let interval = settings.validationInterval
    return (steps + interval - 1) / interval
  }

  private func time(of steps: Int) -> Duration {
    stepTime * steps + validationTime * validations(in: steps)
  }

  /// The length of the model's tensors in its file, in bytes.
  public var modelBytes: Int {
    task.parameters.storedTensors(task.settings.precision).reduce(0) {
      $0 + ($1.description.byteCount ?? 0)
    }
  }

  /// What checkpoints, and states to go back to, take of the disk at most, in bytes.
  public var checkpointBytes: Int {
    // Three checkpoints of two states each, and two states without a name; where the best model
    // counts, it is in each checkpoint, and once without a name.
    (3 * 2 + 2) * stateBytes + (3 + 1) * bestBytes
  }

  /// What the last state takes of the disk, which is kept for a longer training, in bytes.
  public var finishedBytes: Int { stateBytes + bestBytes }

  private var bestBytes: Int {
    let weights = task.parameters.all.reduce(0) { $0 + $1.value.count }
    return task.aim == nil ? 0 : MemoryLayout<Float>.size * weights
  }

  /// About how long the metrics, the sheet of pictures and the page are, in bytes.
  public var otherBytes: Int {
    let (lineBytes, pageBytes, pointBytes) = (200, 20_000, 150)
    // The page has the sheet twice, in base 64.
    return pageBytes + sheetBytes + 8 * sheetBytes / 3 + (lineBytes + pointBytes) * validations
  }

  /// How many images a process computes in a part of a step.
  public var imagesPerPart: Int {
    task.settings.positions(ofPart: 0, sharedBy: task.communicator).count
  }

  /// The multiply-adds of an image's forward pass, counted.
  public var multiplyAddsPerImage: Int { forwardMultiplyAdds / imagesPerPart }

  /// The time of all steps and validations, without checkpoints.
  public var trainingTime: Duration { time(of: steps) }
}

/// Steps as a training takes them, of at most two parts each, until there is enough to go by; where there
/// is an opponent, steps against it.
private struct TrialSteps {
  var partTimes: [Duration] = []
  var optimizerTime = Duration.zero
  var forwardMultiplyAdds = 0
  /// Of the last part tried.
  var backwardTime = Duration.zero
  /// What was summed in that besides gradients.
  var statistics = SoleProcess.Tally()
  /// The bytes of all gradients.
  let gradientBytes: Int

  init(
    of task: TrainingTask, in state: TrainingState, on process: SoleProcess,
    progress: (Int) throws -> Void
  ) throws {
    let clock = ContinuousClock()
    // A second part's gradients are computed beside the sum of those before it.
    let parts = min(task.settings.parts, 2)
    gradientBytes = state.learners.reduce(0) {
      $0 + MemoryLayout<Float>.size * $1.parameters.trainedCount
    }
    let beginning = clock.now
    let enough = Duration.seconds(min(max((task.settings.hours ?? 0) * 36, 1), 30))
    var (step, done) = (task.opponent?.start ?? 0, 0)
    try task.begin(step)
    while partTimes.isEmpty || clock.now - beginning < enough {
      for part in 0..<parts {
        let earlier = process.tally
        let start = clock.now
        let computed = try task.computeGradients(part: step * task.settings.parts + part)
        let time = clock.now - start
        (forwardMultiplyAdds, backwardTime) = (computed.forwardMultiplyAdds, computed.backwardTime)
        statistics.sums = process.tally.sums - earlier.sums - computed.gradientSums
        statistics.bytes = process.tally.bytes - earlier.bytes
        if computed.gradientSums > 0 { statistics.bytes -= gradientBytes }
        done += 1
        // The first part also fills the pool of memory.
        if done > 1 { partTimes.append(time) }
        try progress(done)
      }
      step += 1
      optimizerTime = clock.measure {
        for learner in state.learners {
          learner.step(
            number: step, rate: task.settings.rate(at: step),
            norm: learner.optimizer.gradientNorm(), limit: .infinity)
        }
      }
    }
  }
}
