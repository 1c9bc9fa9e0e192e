import Artifacts
import Foundation
import Models

/// In what a training may differ from what was left of it, to go on from there.
extension TrainedConfiguration {
  /// Whether it is the training that another was, whatever that one went on from.
  func isSame(as other: Self) -> Bool {
    var other = other
    other.training.earlier = training.earlier
    return other == self
  }

  /// With the choice of another where it is of before one could choose the weights that become the model.
  func withChoice(of other: Self) -> Self {
    guard training.keep == nil else { return self }
    var chosen = self
    chosen.training.keep = other.training.keep
    return chosen
  }

  /// Whether it differs from another in nothing but a lower learning rate.
  func isSlower(than other: Self) -> Bool {
    var slower = other
    slower.training.learningRate = training.learningRate
    return slower == self && training.learningRate < other.training.learningRate
  }

  /// This training as one that goes on from one that is finished after some steps; nil if it cannot. It takes
  /// more steps, perhaps at other rates and with other patience, and differs in nothing else.
  func goingOn(from finished: Self, after stepsTaken: Int) -> Self? {
    guard training.steps > finished.training.steps else { return nil }
    var longer = finished
    longer.training.steps = training.steps
    longer.training.hours = training.hours
    longer.training.learningRate = training.learningRate
    longer.training.warmup = training.warmup
    longer.training.patience = training.patience
    guard isSame(as: longer) else { return nil }
    longer.training.earlier =
      (finished.training.earlier ?? [])
      + [EarlierTraining(finished.training, stepsTaken: stepsTaken)]
    return longer
  }

  /// The training that made the model at `output`, and how many steps it took; nil if there is none there.
  ///
  /// Throws a `FileError` if this one neither is that nor goes on from it.
  func earlier(
    at output: String, kind: ArtifactKind, sources: [String: String]
  ) throws -> (made: Self, stepsTaken: Int)? {
    guard FileManager.default.fileExists(atPath: output) else { return nil }
    let file = try ArtifactFile(path: output, kind: kind)
    let made = try file.configuration(as: Self.self)
    let noted = file.metadata.notes[TrainingSettings.lastStepNote].flatMap { Int($0) }
    let stepsTaken = min(noted ?? made.training.steps, made.training.steps)
    let difference =
      isSame(as: made) || goingOn(from: made, after: stepsTaken) != nil
      ? differingSource(of: file, from: sources) : "with other settings"
    if let difference {
      throw FileError(
        output, "is there already, trained \(difference)",
        remedy: "remove it to train again, or choose another --output")
    }
    return (made, stepsTaken)
  }
}

extension TrainingSettings {
  /// The note of a model whose training ended before all of its steps.
  static var lastStepNote: String { "last step" }

  /// The steps that the training was to take when it began.
  var stepsAtFirst: Int { earlier?.first?.steps ?? steps }
}
