import ArgumentParser
import Artifacts
import CommandLineTools
import Communication
import Models
import Training

extension TrainingOptions {
  /// Carries out a training that writes `output`, or with `--plan` prints what it will take.
  ///
  /// - Parameters:
  ///   - configuration: what to train; with `--hours` for a number of steps that is chosen here.
  ///   - sources: the digest of each file or data set it is made from, by its role.
  ///   - communicator: those who train together.
  ///   - task: what there is to do in a training, for those it is given.
  /// - Throws: what `TrainingRun` and `TrainingPlan` throw, what the arguments throw, and the exit code
  ///   of the signal that interrupted it.
  public func train<Model: StartableConfiguration>(
    _ kind: ArtifactKind, to output: String, configuration: TrainedConfiguration<Model>,
    sources: @autoclosure () throws -> [String: String], sharedBy communicator: any Communicator,
    task: (TrainedConfiguration<Model>, any Communicator) throws -> TrainingTask
  ) throws {
    guard !isPlan else {
      guard communicator.count == 1 else {
        throw ValidationError("--plan takes one process; --ranks says how many to plan for.")
      }
      let processes = plannedProcesses ?? 1
      print(try plan(configuration, forEachOf: processes, task: task).table)
      return
    }
    let start = try startFrom.map {
      try StartingModel(path: $0, kind: kind, for: configuration.model, at: output)
    }
    var configuration = configuration
    if hours != nil {
      let begun = try communicator.fromLead {
        try TrainingRun<Model>.steps(begunAt: output, kind: kind, observer: ConsoleObserver())
      }
      let steps = try begun ?? plannedSteps(configuration, among: communicator, task: task)
      configuration.training.steps = steps
      configuration.training.warmup = warmup(of: steps)
    }
    let run = try TrainingRun(
      kind: kind, output: output, configuration: configuration, sources: sources(),
      startingFrom: start, command: shellCommand(CommandLine.arguments),
      checkpointInterval: .seconds(secondsBetweenCheckpoints), sharedBy: communicator,
      observer: ConsoleObserver())
    try complete(run, output, sharedBy: communicator) { try task(run.configuration, communicator) }
  }

  /// What a training by `processes` processes will take of each, found out by doing a little of it as
  /// the first of them.
  private func plan<Model>(
    _ configuration: TrainedConfiguration<Model>, forEachOf processes: Int,
    task: (TrainedConfiguration<Model>, any Communicator) throws -> TrainingTask
  ) throws -> TrainingPlan {
    let first = SoleProcess(actingAsFirstOf: processes)
    let task = try task(configuration, first)
    let progress = CountReporter("trying \(task.title)", unit: "parts of steps")
    return try TrainingPlan(trying: task, on: first, bandwidth: bandwidth ?? 1.25e9) {
      progress.report($0)
      try Interruption.throwIfRequested()
    }
  }

  /// As many steps as fit into the hours, by the lead's plan; all processes plan at the same time, as
  /// they will train.
  private func plannedSteps<Model>(
    _ configuration: TrainedConfiguration<Model>, among communicator: any Communicator,
    task: (TrainedConfiguration<Model>, any Communicator) throws -> TrainingTask
  ) throws -> Int {
    let plan = try plan(configuration, forEachOf: communicator.count, task: task)
    let steps = try communicator.fromLead { plan.steps }
    Console.standardError.writeLine(
      "\(plan.task.title): \(spoken(count: steps)) steps, about \(spoken(plan.trainingTime))")
    return steps
  }

  /// Carries out a training, unless it is finished, and tells the user and the shell how that ended.
  private func complete<Model>(
    _ run: TrainingRun<Model>, _ output: String, sharedBy communicator: any Communicator,
    _ makeTask: () throws -> TrainingTask
  ) throws {
    guard !run.isFinished else {
      if communicator.isLead { print("\(output) is finished; remove it to train again") }
      communicator.leave()
      return
    }
    let task = try makeTask()
    let ending = try run.run(task)
    communicator.leave()
    guard case .interrupted(let exitCode, let step) = ending else { return }
    Console.standardError.writeLine(
      "\(task.title): interrupted after step \(step) of \(task.settings.steps); run the same command "
        + "again to go on")
    throw ExitCode(exitCode)
  }
}
