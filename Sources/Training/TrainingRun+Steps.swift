import Artifacts
import Communication
import NeuralNetworks
import Tensors

/// What a run does over and over: steps, validations, and going back where numbers stop being finite.
extension TrainingRun {
  /// Takes one step, and keeps the state before it now and then, to go back to.
  ///
  /// Throws a `Divergence`, before the weights change, if the loss or a gradient is not finite.
  func advance(
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
    let norms = try state.learners.map { try $0.gradientNorm(step: number) }
    files?.confirmKept()
    for (learner, norm) in zip(state.learners, norms) {
      learner.step(
        number: number, rate: position.rateScale * settings.rate(at: number), norm: norm,
        limit: Double(settings.gradientNormLimit))
    }
    return figures
  }

  /// Figures of the model after a step; throws a `Divergence` if one is not finite.
  func validate(
    _ task: TrainingTask, _ state: TrainingState, after number: Int
  ) throws -> [Figure] {
    let figures = try state.withModel {
      try writeSheet(task, after: number)
      return try task.validate(configuration.training.heldOut)
    }
    for figure in figures { try Divergence.check(figure.value, figure.name, step: number) }
    return figures
  }

  /// Draws the task's pictures anew, where it has any.
  ///
  /// Throws a `FileError` if they cannot be written.
  func writeSheet(_ task: TrainingTask, after step: Int) throws {
    if let files, let sheet = task.sheet {
      try files.record.write(sheet.draw(), of: sheet, after: step)
    }
  }

  /// Puts the model of every process into its last good state, with half the learning rate from there.
  ///
  /// Throws a `FileError` once this has not helped often enough.
  func goBack(
    after divergence: Divergence, _ position: TrainingPosition, _ state: TrainingState
  ) throws -> TrainingPosition {
    let back = try fromFiles {
      try $0.goBack(after: divergence, state, from: position)
    }
    state.copyFromLead(of: communicator)
    return back
  }

  /// The largest code with which an observer of any of the processes asks to stop; nil if none does.
  func agreedInterruption() -> Int32? {
    let codes = communicator.all(Double(observer.interruption ?? 0))
    return codes.max().flatMap { $0 > 0 ? Int32($0) : nil }
  }

  /// What the files, which are the lead's, say to all processes.
  func fromFiles<Value: Codable>(
    _ find: (TrainingFiles<Model>) throws -> Value
  ) throws -> Value {
    try communicator.fromLead {
      guard let files else { preconditionFailure("the lead has the files") }
      return try find(files)
    }
  }
}
