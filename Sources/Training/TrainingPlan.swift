import Artifacts
import CommandLineTools
import NeuralNetworks
import Tensors

/// What a training will take, found out by doing a little of it: nothing is written.
public struct TrainingPlan: CustomStringConvertible {
  private let task: TrainingTask
  private let forwardMultiplyAdds: Int
  private let partTime: Duration
  private let optimizerTime: Duration
  private let validationTime: Duration
  private let sheetBytes: Int
  private let peakMemory: Int

  /// Tries all that a training does: parts of steps, steps of the optimizer, a batch of the
  /// validation, the making of tensors to write. The task's model is of no use afterwards.
  ///
  /// Takes about as long as two parts of a step, and about a second at least. Throws what the task
  /// throws, and the exit code of a signal that came meanwhile.
  public init(trying task: TrainingTask) throws {
    self.task = task
    let optimizer = Adam(task.parameters)
    try task.begin(0)
    let steps = try TrialSteps(of: task, by: optimizer)
    forwardMultiplyAdds = steps.forwardMultiplyAdds
    partTime = steps.partTimes.sorted()[steps.partTimes.count / 2]
    optimizerTime = steps.optimizerTime

    let clock = ContinuousClock()
    let batch = task.validationBatch
    let batchTime = try clock.measure { _ = try task.validate(batch) }
    var sheet: [UInt8] = []
    let sheetTime = try clock.measure { sheet = try task.reconstructions?().pngBytes() ?? [] }
    validationTime = batchTime * Double(task.settings.heldOut) / Double(batch) + sheetTime
    sheetBytes = sheet.count

    let state = TrainingState(parameters: task.parameters, optimizer: optimizer)
    for tensor in state.stored() { _ = try tensor.values }
    peakMemory = peakResidentBytes()
  }

  /// A table of what it will take, and how each number is known.
  public var description: String {
    let settings = task.settings
    let images = settings.partSize
    var table = TextTable([task.title, "", "how it is known"])
    table.addRow(["parameters", spoken(count: task.parameters.trainedCount), "counted"])
    table.addRow([
      "multiply-adds of an image", spoken(count: forwardMultiplyAdds / images),
      "counted in a forward pass, without its gradients",
    ])
    table.addRow([
      "peak memory", spoken(bytes: peakMemory),
      "measured, over parts of steps, Adam, a validation batch, copies to write",
    ])
    table.addRow([
      "model on disk", spoken(bytes: modelBytes),
      "its tensors, in \(settings.precision) precision",
    ])
    table.addRow([
      "disk while training", spoken(bytes: checkpointBytes),
      "at most: two checkpoints, a third being written, states to go back to",
    ])
    table.addRow([
      "other files", spoken(bytes: sheetBytes + metricsBytes),
      task.reconstructions == nil ? "about: metrics" : "about: metrics, reconstructions",
    ])
    table.addRow([
      "time of a step", spoken(stepTime),
      "\(settings.parts) × \(spoken(partTime)) for \(counted(images, "image")), "
        + "\(spoken(optimizerTime)) for Adam, measured",
    ])
    table.addRow([
      "time of the training", spoken(stepTime * settings.steps + validationTime * validations),
      "estimated: \(counted(settings.steps, "step")), \(counted(validations, "validation")) of "
        + "\(spoken(validationTime)), no checkpoints",
    ])
    return table.description
  }

  private func counted(_ count: Int, _ noun: String) -> String {
    "\(spoken(count: count)) \(noun)\(count == 1 ? "" : "s")"
  }

  private var stepTime: Duration { partTime * task.settings.parts + optimizerTime }

  private var validations: Int {
    let interval = task.validationInterval
    return (task.settings.steps + interval - 1) / interval
  }

  private var modelBytes: Int {
    task.parameters.storedTensors(task.settings.precision).reduce(0) {
      $0 + ($1.description.byteCount ?? 0)
    }
  }

  /// Three checkpoints of two states each, and two states without a name.
  private var checkpointBytes: Int {
    let weights = task.parameters.all.reduce(0) { $0 + $1.value.count }
    let state = MemoryLayout<Float>.size * (weights + 2 * task.parameters.trainedCount)
    return (3 * 2 + 2) * state
  }

  /// A line of metrics is about this long.
  private var metricsBytes: Int { 200 * validations }
}

/// Steps as a training takes them, of at most two parts each, until there is enough to go by.
private struct TrialSteps {
  var partTimes: [Duration] = []
  var optimizerTime = Duration.zero
  var forwardMultiplyAdds = 0

  init(of task: TrainingTask, by optimizer: Adam) throws {
    let clock = ContinuousClock()
    // A second part's gradients are computed beside the sum of those before it.
    let parts = min(task.settings.parts, 2)
    let progress = CountReporter("trying \(task.title)", unit: "parts of steps")
    let start = clock.now
    var (step, done) = (0, 0)
    while partTimes.isEmpty || (clock.now - start < .seconds(1) && done < 20) {
      for part in 0..<parts {
        try Interruption.throwIfRequested()
        let time = try clock.measure {
          forwardMultiplyAdds = try task.computeGradients(
            part: step * task.settings.parts + part
          ).forwardMultiplyAdds
        }
        done += 1
        // The first part also fills the pool of memory.
        if done > 1 { partTimes.append(time) }
        progress.report(done)
      }
      step += 1
      optimizerTime = clock.measure {
        _ = optimizer.gradientNorm()
        optimizer.step(number: step, rate: task.settings.schedule.rate(at: step))
      }
    }
  }
}
