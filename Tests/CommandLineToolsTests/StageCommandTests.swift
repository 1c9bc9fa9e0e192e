import Foundation
import ProcessTesting
import Testing

/// Runs a stage as its users do and looks at all it printed.
@Suite struct StageCommandTests {
  private let program = Program("example-stage")
  private static let output = NSTemporaryDirectory() + "example-\(getpid()).safetensors"
  private static let arguments = ["--images", "a", "--output", output]

  @Test func success() throws {
    let outcome = try program.run(
      Self.arguments + ["--threads", "3", "--seed", "9", "--size", "4x5"])
    #expect(
      outcome
        == Outcome(
          output: "threads 3, size 4x5\n", errors: "warning: careful (seed: 9)\n", code: 0))
  }

  #if os(Linux)
    @Test func coresThatMayNotBeUsedHaveNoThread() throws {
      let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
      let allowed = try #require(status.firstMatch(of: /Cpus_allowed_list:\s*([0-9]+)/))
      let launcher = ["taskset", "--cpu-list", String(allowed.1)]
      let outcome = try program.run(Self.arguments, launcher: launcher)
      #expect(outcome.output == "threads 1, size any\n")
    }
  #endif

  @Test func anErrorIsOneLineAndCode1() throws {
    #expect(
      try program.run(Self.arguments + ["--fail"])
        == Outcome(errors: "warning: careful (seed: 0)\nerror: one two\n", code: 1))
    #expect(
      try program.run(["--images", "a", "--output", "/dev/full"])
        == Outcome(
          errors: "error: /dev/full cannot be written: it is there and is not a regular file; "
            + "choose another name\n", code: 1))
  }

  @Test(arguments: [["--threads", "0"], ["--size", "0"], ["--unknown"]])
  func aMistakenFlagIsCode64(flags: [String]) throws {
    let outcome = try program.run(Self.arguments + flags)
    #expect(outcome.code == 64 && outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("Error: ") && outcome.errors.contains("Usage: example-stage"))
  }

  @Test func help() throws {
    let outcome = try program.run(["--help"])
    #expect(
      outcome
        == Outcome(
          output: """
            OVERVIEW: Does what the tests want to see done.

            USAGE: example-stage [--threads <n>] [--seed <n>] --output <path> --images <path> \
            [--labels <path>] [--where <column=value> ...] [--bad-images <way>] \
            [--size <n|hxw>] [--grey] [--color] [--fail] [--wait]

            OPTIONS:
              --threads <n>           The number of threads. (default: one per core) Their
                                      kernels are the processor's best, or those that
                                      VQVAE_KERNELS=avx512bf16, avx512, avx2 or plain names.
              --seed <n>              The seed of everything random. (default: 0)
              --output <path>         The file to write.
              --images <path>         A folder of PNG, JPEG or WebP files, in which a
                                      sub-folder is the class of all in it, at any depth;
                                      an IDX file; or a file that prepare-images wrote.
                                      Pictures are turned upright as their EXIF says;
                                      colour profiles are ignored.
              --labels <path>         The labels of an IDX file, an IDX file as well; or
                                      those of a folder, a CSV table whose columns 'path'
                                      and 'class', or first two, hold each picture's path
                                      below the folder and its class. (default: none)
              --where <column=value>  Only pictures whose row of --labels has this value in
                                      that column; may be repeated. (default: all)
              --bad-images <way>      What to do with images that cannot be read: 'fatal'
                                      stops at the first, 'skip' reads all images
                                      beforehand and leaves the bad ones out. (values:
                                      fatal, skip; default: fatal)
              --size <n|hxw>          Resize and crop all images to N × N or H × W pixels;
                                      prepared ones have a size. (default: as they are)
              --grey                  Read all images in grey.
              --color                 Read all images in colour, as is done without a flag
                                      unless they are prepared.
              --fail                  Fail with an error of several lines.
              --wait                  Print a line, then wait for a signal.
              -h, --help              Show help information.


            """, code: 0))
  }

  @Test(arguments: [SIGINT, SIGTERM], [1, 2])
  func oneSignalAsksAndASecondOneEnds(signal: Int32, count: Int) throws {
    let running = try program.start(Self.arguments + ["--wait"])
    // Each line arrives at once though the output is a pipe: otherwise this would wait for ever.
    try #require(running.waitForOutput("waiting\n"))
    running.send(signal: signal)
    try #require(running.waitForOutput("asked to leave\n"))
    if count == 2 { running.send(signal: signal) }
    let outcome = running.finish()
    #expect(outcome.output.hasSuffix("asked to leave\nleft\n") == (count == 1))
    #expect(outcome.code == 128 + signal)
  }

  @Test func aReaderThatLeavesDoesNotEndTheStage() throws {
    let running = try program.start(Self.arguments)
    try running.closeOutput()
    #expect(running.finish().code == 0)
  }
}
