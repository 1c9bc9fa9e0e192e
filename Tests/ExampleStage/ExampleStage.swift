import ArgumentParser
import Artifacts
import CommandLineTools
import Foundation
import Logging

/// A stage that does nothing but what it is told, for the tests to run as a process.
@main
struct ExampleStage: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "example-stage", abstract: "Does what the tests want to see done.")

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var seed: SeedOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var images: ImageOptions
  @OptionGroup var shape: ImageShapeOptions

  @Flag(help: "Fail with an error of several lines.")
  var fail = false

  @Flag(help: "Print a line, then wait for a signal.")
  var wait = false

  func perform() throws {
    try AtomicFile.checkWritable(output.output)
    Logger(label: "example-stage").warning("careful", metadata: ["seed": "\(seed.seed)"])
    if fail { throw SeveralLines() }
    print(
      "threads \(threads.count), size \(shape.size.map { "\($0.height)x\($0.width)" } ?? "any")")
    if wait { try waitForSignal() }
  }

  private func waitForSignal() throws {
    Interruption.install()
    print("waiting")
    while !Interruption.isRequested { usleep(1000) }
    print("asked to leave")
    // Stays a while, so that a second signal can be seen to end it at once.
    let departure = ContinuousClock.now + .seconds(1)
    while .now < departure { usleep(1000) }
    print("left")
    throw ExitCode(Interruption.exitCode ?? 0)
  }
}

private struct SeveralLines: Error, CustomStringConvertible {
  let description = "one\ntwo"
}
