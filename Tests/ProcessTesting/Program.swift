import Foundation

/// An executable of this package, run as its users run it.
public struct Program: Sendable {
  /// The executable's name.
  public let name: String

  /// The executable called `name`, which lies beside the running tests.
  public init(_ name: String) {
    self.name = name
  }

  /// Starts the program with `folder` as its working directory, the tests' own by default.
  ///
  /// - Parameters:
  ///   - memory: the most mebibytes of address space it gets; nil for no limit.
  ///   - launcher: the words of a command that starts it: "mpirun", "-n", "2".
  ///   - environment: variables besides those of the tests.
  /// - Throws: what Foundation throws if there is no such executable.
  public func start(
    _ arguments: [String], in folder: String? = nil, memory: Int? = nil, launcher: [String] = [],
    environment: [String: String] = [:]
  ) throws -> RunningProgram {
    let process = Process()
    let executable = Bundle.main.bundleURL.appendingPathComponent(name)
    if let memory {
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      let limited = "ulimit -v \(memory << 10) && exec \"$0\" \"$@\""
      process.arguments = ["-c", limited, executable.path] + arguments
    } else if !launcher.isEmpty {
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = launcher + [executable.path] + arguments
    } else {
      process.executableURL = executable
      process.arguments = arguments
    }
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    // Help is wrapped at the width of the terminal the tests were started from, if it is told.
    process.environment = ProcessInfo.processInfo.environment.filter { $0.key != "COLUMNS" }
      .merging(environment) { $1 }
    return try RunningProgram(process)
  }

  /// Runs the program to its end; throws as `start` does.
  public func run(
    _ arguments: [String], in folder: String? = nil, memory: Int? = nil, launcher: [String] = [],
    environment: [String: String] = [:]
  ) throws -> Outcome {
    try start(
      arguments, in: folder, memory: memory, launcher: launcher, environment: environment
    ).finish()
  }
}

/// All that a program said and how it ended.
public struct Outcome: Equatable, Sendable {
  /// The text on standard output.
  public var output: String
  /// The text on standard error, but for `found`.
  public var errors: String
  /// The exit code; of a program that a signal ended, the signal's number, negative.
  public var code: Int32
  /// The lines on standard error that say what images were found. Outcomes are equal without: they are
  /// said whatever comes of it.
  public private(set) var found: [String] = []

  /// An outcome to compare with.
  public init(output: String = "", errors: String = "", code: Int32) {
    self.output = output
    self.errors = errors
    self.code = code
  }

  /// The outcome of a program that wrote `standardError` on standard error.
  init(output: String, standardError: String, code: Int32) {
    func isFound(_ line: Substring) -> Bool { line.hasPrefix("found in ") }
    let lines = standardError.split(separator: "\n", omittingEmptySubsequences: false)
    self.init(
      output: output, errors: lines.filter { !isFound($0) }.joined(separator: "\n"), code: code)
    found = lines.filter(isFound).map(String.init)
  }

  /// The lines on standard error, but for `found`.
  public var errorLines: [String] { errors.split(separator: "\n").map(String.init) }

  /// Whether two programs said the same and ended alike.
  public static func == (left: Outcome, right: Outcome) -> Bool {
    (left.output, left.errors, left.code) == (right.output, right.errors, right.code)
  }
}
