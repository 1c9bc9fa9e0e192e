import ArgumentParser
import CommandLineTools
import Communication
import Foundation

/// The command of a training, which may be started as one of several processes that share every batch:
/// `mpirun -n 4 train-prior …`.
public protocol TrainingCommand: StageCommand {
  /// Does the stage's work together with the other processes.
  func train(among processes: any Communicator) throws
}

extension TrainingCommand {
  /// Joins the processes this one was started with, trains, and sees to it that all end as one: an
  /// error of one is told once, with its number, and ends all.
  public func perform() throws {
    Interruption.install()
    let launch = Launch.current
    if launch.rank > 0 { Console.standardError.mute() }
    let processes: any Communicator
    do {
      processes = try launch.join()
    } catch {
      // What keeps all of them from working together, the first one tells.
      launch.letLeadSpeakFirst()
      throw launch.rank == 0 ? error : ExitCode.failure
    }
    do {
      try train(among: processes)
      processes.leave()
    } catch let exit as ExitCode {
      processes.endAll(code: exit.rawValue)
      throw exit
    } catch let mistake as ValidationError {
      // All were given the same flags.
      launch.letLeadSpeakFirst()
      throw launch.rank == 0 ? mistake : ExitCode.validationFailure
    } catch let error where launch.count > 1 {
      launch.letLeadSpeakFirst()
      Console.standardError.writeError(error, of: "process \(launch.rank) of \(launch.count)")
      processes.endAll(code: ExitCode.failure.rawValue)
      throw ExitCode.failure
    }
  }
}

extension Launch {
  /// Waits for a moment in all processes but the lead: what is wrong in all of them is then told by the
  /// lead, whose end is theirs.
  fileprivate func letLeadSpeakFirst() {
    if rank > 0 { Thread.sleep(forTimeInterval: 1) }
  }
}
