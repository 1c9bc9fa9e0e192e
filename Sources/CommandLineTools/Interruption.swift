import ArgumentParser
import Foundation
import Synchronization

/// Lets a long task end at a moment of its choosing when the user, or the system, asks it to.
///
/// The first SIGINT or SIGTERM only sets a flag, which the task polls to save its state and leave;
/// a second one ends the process at once.
public enum Interruption {
  /// Begins to watch for the signals.
  public static func install() {
    _ = received.load(ordering: .relaxed)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        // Runs in the middle of anything: nothing but the atomic and the system call is allowed.
        let earlier = received.exchange(number, ordering: .relaxed)
        if earlier != 0 { _exit(128 + number) }
      }
    }
  }

  /// Whether the task should save its state and leave.
  public static var isRequested: Bool { received.load(ordering: .relaxed) != 0 }

  /// Ends a task that has no state to save: throws the exit code of the signal if there was one.
  public static func throwIfRequested() throws {
    if let exitCode { throw ExitCode(exitCode) }
  }

  /// The exit code that tells a shell which signal ended the process: 130 or 143; nil before one.
  public static var exitCode: Int32? { isRequested ? 128 + received.load(ordering: .relaxed) : nil }
}

private let received = Atomic<Int32>(0)
