import Artifacts
import CommandLineTools
import Communication
import Foundation
import NeuralNetworks
import Tensors

/// What a training will take, found out by doing a little of it: nothing is written.
public struct TrainingPlan: CustomStringConvertible {
  private let task: TrainingTask
  private let forwardMultiplyAdds: Int
  private let partTime: Duration
  private let exchange: ExchangeEstimate
  private let optimizerTime: Duration
  private let validationTime: Duration
  private let sheetBytes: Int
  private let peakMemory: Int

  /// Tries all that a training does: parts of steps, steps of the optimizer, a batch of the
  /// validation, the making of tensors to write. The task's model is of no use afterwards.
  ///
  /// Takes about as long as two parts of a step, and about a second at least. Throws what the task
  /// throws, and the exit code of a signal that came meanwhile.
  ///
  /// - Parameters:
  ///   - process: which the task is for: the first of those to plan for.
  ///   - bandwidth: of the network between two of them, in bytes per second.
  public init(trying task: TrainingTask, on process: SoleProcess, bandwidth: Double) throws {
    self.task = task
    let optimizer = Adam(task.parameters)
    try task.begin(0)
    let steps = try TrialSteps(of: task, by: optimizer, on: process)
    forwardMultiplyAdds = steps.forwardMultiplyAdds
    partTime = steps.partTimes.sorted()[steps.partTimes.count / 2]
    optimizerTime = steps.optimizerTime
    exchange = ExchangeEstimate(
      processes: process.count, bandwidth: bandwidth,
      gradientBytes: MemoryLayout<Float>.size * task.parameters.trainedCount,
      statisticsBytes: task.settings.parts * steps.statistics.bytes,
      statisticsSums: task.settings.parts * steps.statistics.sums,
      backwardTime: steps.backwardTime)

    let clock = ContinuousClock()
    let batch = task.validationBatch
    let batchTime = try clock.measure { _ = try task.validate(batch) }
    var sheet: [UInt8] = []
    let sheetTime = try clock.measure { sheet = try task.reconstructions?().pngBytes() ?? [] }
    let batches = process.share(of: task.settings.heldOut, inPiecesOf: batch)
    validationTime = batchTime * Double(batches.count) / Double(batch) + sheetTime
    sheetBytes = sheet.count

    let state = TrainingState(parameters: task.parameters, optimizer: optimizer)
    for tensor in state.stored() { _ = try tensor.values }
    peakMemory = peakResidentBytes()
  }

  /// A table of what it will take, and how each number is known.
  public var description: String {
    let settings = task.settings
    let images = settings.positions(ofPart: 0, sharedBy: task.communicator).count
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
        + "\(spoken(optimizerTime)) for Adam, measured"
        + (exchange.processes > 1 ? "; the rest waiting" : ""),
    ])
    if exchange.processes > 1 { addExchange(to: &table) }
    table.addRow([
      "time of the training", spoken(stepTime * settings.steps + validationTime * validations),
      "estimated: \(counted(settings.steps, "step")), \(counted(validations, "validation")) of "
        + "\(spoken(validationTime)), no checkpoints",
    ])
    return table.description
  }

  /// What is to be said where several processes share the steps.
  private func addExchange(to table: inout TextTable) {
    let bandwidth = spoken(bytes: Int(min(exchange.bandwidth, 1e18)))
    table.addRow([
      "sent in a step", spoken(bytes: exchange.sentBytes),
      "by each of \(spoken(count: exchange.processes)) processes: gradients, statistics of codebooks",
    ])
    table.addRow([
      "time of sending", spokenFinely(exchange.time),
      "estimated, at \(bandwidth)/s: \(spokenFinely(exchange.waitingTime)) of it waiting",
    ])
    table.addRow([
      "efficiency", String(format: "%.1f %%", 100 * (computingTime / stepTime)),
      "estimated: the part of a step that is not waiting",
    ])
  }

  private func spokenFinely(_ duration: Duration) -> String {
    guard duration < .seconds(1) else { return spoken(duration) }
    return "\(Int((duration / .milliseconds(1)).rounded(.up))) ms"
  }

  private func counted(_ count: Int, _ noun: String) -> String {
    "\(spoken(count: count)) \(noun)\(count == 1 ? "" : "s")"
  }

  private var computingTime: Duration { partTime * task.settings.parts + optimizerTime }

  private var stepTime: Duration {
    computingTime + (exchange.processes > 1 ? exchange.waitingTime : .zero)
  }

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
  /// Of the last part tried.
  var backwardTime = Duration.zero
  /// What was summed in that besides gradients.
  var statistics = SoleProcess.Tally()

  init(of task: TrainingTask, by optimizer: Adam, on process: SoleProcess) throws {
    let clock = ContinuousClock()
    // A second part's gradients are computed beside the sum of those before it.
    let parts = min(task.settings.parts, 2)
    let gradientBytes = MemoryLayout<Float>.size * task.parameters.trainedCount
    let progress = CountReporter("trying \(task.title)", unit: "parts of steps")
    let beginning = clock.now
    var (step, done) = (0, 0)
    while partTimes.isEmpty || (clock.now - beginning < .seconds(1) && done < 20) {
      for part in 0..<parts {
        try Interruption.throwIfRequested()
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
