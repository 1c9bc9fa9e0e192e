import CommandLineTools
import Synchronization

/// A console whose text a test can look at.
final class Recorder: Sendable {
  private let text = Mutex("")

  var output: String { text.withLock { $0 } }
  var lines: [Substring] { output.split(separator: "\n") }

  func console(isTerminal: Bool, width: Int = 120) -> Console {
    Console(isTerminal: isTerminal, width: { width }) { written in
      self.text.withLock { $0 += written }
    }
  }
}
