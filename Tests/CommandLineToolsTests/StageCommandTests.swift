import Foundation
import Testing

/// Runs a stage as its users do and looks at all it printed.
@Suite struct StageCommandTests {
  private struct Outcome: Equatable {
    var output = ""
    var errors = ""
    var code: Int32
  }

  private static let program = Bundle.main.bundleURL.appendingPathComponent("example-stage")
  private static let output = NSTemporaryDirectory() + "example-\(getpid()).safetensors"
  private static let arguments = ["--images", "a", "--output", output]

  private func start(_ arguments: [String]) throws -> (Process, Pipe, Pipe) {
    let (process, output, errors) = (Process(), Pipe(), Pipe())
    process.executableURL = Self.program
    process.arguments = arguments
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    return (process, output, errors)
  }

  private func run(_ arguments: [String]) throws -> Outcome {
    let (process, output, errors) = try start(arguments)
    let printed = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let wrong = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Outcome(output: printed, errors: wrong, code: process.terminationStatus)
  }

  @Test func success() throws {
    let outcome = try run(Self.arguments + ["--threads", "3", "--seed", "9", "--size", "4x5"])
    #expect(
      outcome
        == Outcome(
          output: "threads 3, size 4x5\n", errors: "warning: careful (seed: 9)\n", code: 0))
  }

  @Test func anErrorIsOneLineAndCode1() throws {
    #expect(
      try run(Self.arguments + ["--fail"])
        == Outcome(errors: "warning: careful (seed: 0)\nerror: one two\n", code: 1))
    #expect(
      try run(["--images", "a", "--output", "/dev/full"])
        == Outcome(
          errors: "error: /dev/full cannot be written: it is there and is not a regular file; "
            + "choose another name\n", code: 1))
  }

  @Test(arguments: [["--threads", "0"], ["--size", "0"], ["--unknown"]])
  func aMistakenFlagIsCode64(flags: [String]) throws {
    let outcome = try run(Self.arguments + flags)
    #expect(outcome.code == 64 && outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("Error: ") && outcome.errors.contains("Usage: example-stage"))
  }

  @Test func help() throws {
    let outcome = try run(["--help"])
    #expect(
      outcome
        == Outcome(
          output: """
            OVERVIEW: Does what the tests want to see done.

            USAGE: example-stage [--threads <n>] [--seed <n>] --output <path> --images <path> \
            [--labels <path>] [--size <n|hxw>] [--grey] [--color] [--fail] [--wait]

            OPTIONS:
              --threads <n>           The number of threads. (default: one per core)
              --seed <n>              The seed of everything random. (default: 0)
              --output <path>         The file to write.
              --images <path>         A folder of PNGs, in which a sub-folder is a class,
                                      or an IDX file.
              --labels <path>         The IDX file of labels of an IDX file.
              --size <n|hxw>          Resize and crop all images to N × N or H × W pixels.
              --grey                  Read all images in grey.
              --color                 Read all images in colour. (default: --color)
              --fail                  Fail with an error of several lines.
              --wait                  Print a line, then wait for a signal.
              -h, --help              Show help information.


            """, code: 0))
  }

  @Test(arguments: [SIGINT, SIGTERM], [1, 2])
  func oneSignalAsksAndASecondOneEnds(signal: Int32, count: Int) throws {
    let (process, output, _) = try start(Self.arguments + ["--wait"])
    let reader = output.fileHandleForReading
    // Each line arrives at once though the output is a pipe: otherwise this would wait for ever.
    try wait(for: "waiting\n", from: reader)
    kill(process.processIdentifier, signal)
    try wait(for: "asked to leave\n", from: reader)
    if count == 2 { kill(process.processIdentifier, signal) }
    let rest = String(decoding: reader.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(rest == (count == 1 ? "left\n" : ""))
    #expect(process.terminationReason == .exit && process.terminationStatus == 128 + signal)
  }

  @Test func aReaderThatLeavesDoesNotEndTheStage() throws {
    let (process, output, _) = try start(Self.arguments)
    try output.fileHandleForReading.close()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 0)
  }

  private func wait(for line: String, from reader: FileHandle) throws {
    var text = ""
    while !text.hasSuffix(line) {
      let data = reader.availableData
      try #require(!data.isEmpty, "the stage ended after \(text)")
      text += String(decoding: data, as: UTF8.self)
    }
  }
}
