import Artifacts
import CommandLineTools
import Training

/// Shows on the terminal how far a training is, and lets Ctrl-C stop it.
public final class ConsoleObserver: TrainingObserver {
  private var progress: ProgressReporter?
  private let console = Console.standardError

  /// An observer for one training.
  public init() {}

  /// Says so if the training goes on from a checkpoint.
  public func begin(_ title: String, after step: Int, of steps: Int, isResumed: Bool) {
    if isResumed { console.writeLine("going on after step \(step) of \(steps)") }
    progress = ProgressReporter(title, total: steps, completed: step)
  }

  /// Shows the step, now and then, in one passing line.
  public func report(step: Int, figures: [Figure]) {
    progress?.report(step, figures: figures)
  }

  /// Shows the figures in a line that stays.
  public func finish(after step: Int, figures: [Figure]) {
    progress?.finish(after: step, figures: figures)
  }

  /// Shows the line.
  public func note(_ message: String) {
    console.writeLine(message)
  }

  /// Shows a line that begins with "warning:".
  public func warn(_ message: String) {
    console.writeLine("warning: \(message)")
  }

  /// The exit code of the signal that asked the program to end.
  public var interruption: Int32? { Interruption.exitCode }
}
