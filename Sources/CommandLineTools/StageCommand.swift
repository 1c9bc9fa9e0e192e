import ArgumentParser
@preconcurrency import Foundation
import Logging

/// A stage executable's command: flags in, a library call, progress out.
///
/// It does its work in `perform`. Whatever that throws ends the process with one line on standard
/// error, `error: …`, and exit code 1; mistaken flags keep ArgumentParser's message and code 64.
///
/// ```swift
/// @main
/// struct TrainVQVAE: StageCommand {
///   @OptionGroup var output: OutputOptions
///   func perform() throws { … }
/// }
/// ```
public protocol StageCommand: ParsableCommand {
  /// Does the stage's work.
  mutating func perform() throws
}

extension StageCommand {
  /// Prepares the process, performs the stage and reports its error, if any.
  public mutating func run() throws {
    prepareProcess()
    do {
      try perform()
    } catch let exit as ExitCode {
      throw exit
    } catch let exit as CleanExit {
      throw exit
    } catch let mistake as ValidationError {
      throw mistake
    } catch {
      Console.standardError.writeError(error)
      throw ExitCode.failure
    }
  }
}

/// Sets up what every stage wants of its process.
private func prepareProcess() {
  // A closed pipe or a limit on file size is then an error of a write, not the end of a training.
  signal(SIGPIPE, SIG_IGN)
  signal(SIGXFSZ, SIG_IGN)
  // Lines reach a pipe as they are printed rather than by the kilobyte.
  setvbuf(stdout, nil, _IOLBF, 0)
  // A program that starts this one may have left signals blocked; Foundation's Process does.
  var ending = sigset_t()
  sigemptyset(&ending)
  for number in [SIGINT, SIGTERM] { sigaddset(&ending, number) }
  pthread_sigmask(SIG_UNBLOCK, &ending, nil)
  LoggingSystem.bootstrap { _ in ConsoleLogHandler() }
}
