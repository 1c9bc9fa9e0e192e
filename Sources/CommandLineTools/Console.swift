import Foundation
import Synchronization

/// Where messages to the user go: whole lines, and on a terminal one passing line below them.
///
/// A line may be written while the passing line is shown: it takes its place and the passing line
/// returns with its next change. Safe to use from any thread.
public final class Console: Sendable {
  /// The standard error stream, which carries progress, warnings and errors.
  public static let standardError = Console(
    isTerminal: isatty(STDERR_FILENO) == 1, width: { terminalWidth() }, write: writeToStandardError)

  /// Whether passing lines are shown.
  public let isTerminal: Bool
  private let width: @Sendable () -> Int
  private let write: @Sendable (String) -> Void
  private let lock = NSLock()
  // The lock guards it.
  nonisolated(unsafe) private var showsPassingLine = false
  private let isMute = Atomic<Bool>(false)

  private static let eraseLine = "\r\u{1b}[K"

  /// A console that hands its text to `write`; `width` is asked for the columns of the terminal.
  public init(
    isTerminal: Bool, width: @escaping @Sendable () -> Int = { 80 },
    write: @escaping @Sendable (String) -> Void
  ) {
    self.isTerminal = isTerminal
    self.width = width
    self.write = write
  }

  /// Shows nothing but errors from now on: of several processes that do the same, one speaks.
  public func mute() { isMute.store(true, ordering: .relaxed) }

  /// Writes a line that stays.
  public func writeLine(_ line: String) {
    if !isMute.load(ordering: .relaxed) { writeInPlace(line) }
  }

  /// Writes an error, in one line that begins with "error:"; then comes the process it is of, if there
  /// are several.
  public func writeError(_ error: any Error, of process: String? = nil) {
    let line = "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
    writeInPlace("error: " + (process.map { "\($0): " } ?? "") + line)
  }

  private func writeInPlace(_ line: String) {
    lock.withLock {
      write((showsPassingLine ? Self.eraseLine : "") + line + "\n")
      showsPassingLine = false
    }
  }

  /// Shows `line` in place of the last passing line, cut to the width of the terminal.
  ///
  /// Does nothing if the console is not a terminal.
  public func showPassingLine(_ line: String) {
    guard isTerminal, !isMute.load(ordering: .relaxed) else { return }
    lock.withLock {
      write(Self.eraseLine + line.prefix(max(width() - 1, 0)))
      showsPassingLine = true
    }
  }
}

/// Writes without buffering; what cannot be written is dropped, as there is nobody left to tell.
@Sendable
private func writeToStandardError(_ text: String) {
  var bytes = Array(text.utf8)[...]
  while !bytes.isEmpty {
    let count = bytes.withUnsafeBytes { Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else { return }
    bytes = bytes.dropFirst(count)
  }
}

private func terminalWidth() -> Int {
  var size = winsize()
  guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
  return Int(size.ws_col)
}
