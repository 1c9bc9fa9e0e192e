import Artifacts
import CommandLineTools
import Foundation
import Training

extension TrainingPlan {
  /// A table of what it will take, and how each number is known.
  var table: String {
    let settings = task.settings
    var table = TextTable([task.title, "", "how it is known"])
    table.addRow(["parameters", spoken(count: task.parameters.trainedCount), "counted"])
    table.addRow([
      "multiply-adds of an image", spoken(count: multiplyAddsPerImage),
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
      "disk for a longer training", spoken(bytes: finishedBytes),
      "the last state, NAME.finished.safetensors; it may be removed",
    ])
    table.addRow([
      "other files", spoken(bytes: otherBytes),
      "about: metrics, training page" + (task.sheet.map { ", \($0.name)" } ?? ""),
    ])
    table.addRow([
      "time of a step", spoken(stepTime),
      "\(settings.parts) × \(spoken(partTime)) for \(counted(imagesPerPart, "image")), "
        + "\(spoken(optimizerTime)) for Adam, measured"
        + (exchange.processes > 1 ? "; the rest waiting" : ""),
    ])
    if exchange.processes > 1 { addExchange(to: &table) }
    table.addRow([
      "time of the training", spoken(trainingTime),
      "estimated: \(counted(steps, "step")), \(counted(validations, "validation")) of "
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
}
