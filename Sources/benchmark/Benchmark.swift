import ArgumentParser
import CommandLineTools
import Foundation
import Tensors

/// Times one case, or lays the results of many side by side; `pipelines/benchmark.sh` runs it.
@main
struct Benchmark: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Time the parts that training and sampling are made of.",
    discussion: """
      Prints one JSON object per case: seconds, the median of the repetitions, and the peak memory \
      of the process. pipelines/benchmark.sh alternates it with PyTorch and prints the table.

      EXAMPLE
        benchmark --case vqvae-step-64
      """,
    version: buildDescription)

  @Option(
    help: ArgumentHelp(
      "The case to time: \(BenchmarkCase.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "name"))
  var `case`: BenchmarkCase?

  @Option(help: ArgumentHelp("Timed repetitions.", valueName: "n"))
  var repetitions = 5

  @Option(
    help: ArgumentHelp(
      "Print a table of results, one JSON object per line, instead.", valueName: "path"))
  var report: String?

  @Flag(
    help: "Print how time grows with image size, batch, codes and positions, instead.")
  var scaling = false

  @OptionGroup var arithmetic: ArithmeticOptions
  @OptionGroup var threads: ThreadOptions

  func validate() throws {
    if [`case` != nil, report != nil, scaling].count(where: { $0 }) != 1 {
      throw ValidationError("Pass one of --case, --report and --scaling.")
    }
    if repetitions < 1 { throw ValidationError("--repetitions is at least 1.") }
  }

  func perform() throws {
    ThreadPool.shared.resize(to: threads.count)
    if let report {
      print(try BenchmarkReport(path: report).description)
    } else if let chosen = `case` {
      print(try measure(chosen).json)
    } else {
      print(ScalingStudy(repetitions: repetitions) { Console.standardError.writeLine($0) })
    }
  }

  private func measure(_ chosen: BenchmarkCase) throws -> BenchmarkResult {
    let arithmetic = arithmetic.requested ?? .float32
    let measured = try chosen.prepare(arithmetic).measure(repetitions: repetitions)
    return BenchmarkResult(
      side: "ours", arithmetic: arithmetic.rawValue, name: chosen.rawValue,
      seconds: measured.seconds,
      peakBytes: max(peakResidentBytes(), peakResidentBytesOfPrograms()),
      multiplyAdds: measured.multiplyAdds, shares: measured.shares)
  }
}

extension BenchmarkCase: ExpressibleByArgument {}

/// The most memory any program that this process ran has had resident at once, in bytes.
private func peakResidentBytesOfPrograms() -> Int {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
  return usage.ru_maxrss * 1024
}
