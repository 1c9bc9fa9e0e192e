import Foundation
import Synchronization

/// A program that has been started and is yet to end.
public final class RunningProgram {
  private let process: Process
  private let output = PrintedText()
  private let errors = PrintedText()

  init(_ process: Process) throws {
    self.process = process
    process.standardOutput = output.pipe
    process.standardError = errors.pipe
    try process.run()
  }

  /// Waits until the program has printed `text` on standard output; false if it ends without.
  public func waitForOutput(_ text: String) -> Bool { output.wait(for: text) }

  /// Waits until the program has printed `text` on standard error; false if it ends without.
  public func waitForError(_ text: String) -> Bool { errors.wait(for: text) }

  /// The number the system knows the program by.
  public var identifier: Int32 { process.processIdentifier }

  /// Sends the program a signal.
  public func send(signal: Int32) {
    kill(process.processIdentifier, signal)
  }

  /// Stops reading what the program prints on standard output, as a pager does that is left early.
  ///
  /// Throws what Foundation throws if the pipe cannot be closed.
  public func closeOutput() throws {
    try output.pipe.fileHandleForReading.close()
  }

  /// Waits for the end of the program.
  public func finish() -> Outcome {
    // Both streams at a time: a program whose words nobody reads would wait for ever.
    let (output, errors) = (output, errors)
    let reader = Thread { errors.readToEnd() }
    reader.start()
    output.readToEnd()
    while !reader.isFinished { usleep(1000) }
    process.waitUntilExit()
    let status = process.terminationStatus
    return Outcome(
      output: output.text, standardError: errors.text,
      code: process.terminationReason == .exit ? status : -status)
  }
}

/// What a program prints on one of its streams.
private final class PrintedText: Sendable {
  let pipe = Pipe()
  private let bytes = Mutex(Data())

  var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

  func wait(for text: String) -> Bool {
    while !self.text.contains(text) {
      if !readMore() { return false }
    }
    return true
  }

  func readToEnd() {
    while readMore() {}
  }

  /// Adds what there is, once there is something; false at the end of the stream.
  private func readMore() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(pipe.fileHandleForReading.fileDescriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      bytes.withLock { $0.append(contentsOf: buffer[..<count]) }
      return true
    }
  }
}
