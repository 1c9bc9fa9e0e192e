import ArgumentParser
import CommandLineTools
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
      """)

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

  @OptionGroup var threads: ThreadOptions

  func validate() throws {
    if (`case` == nil) == (report == nil) { throw ValidationError("Pass --case or --report.") }
    if repetitions < 1 { throw ValidationError("--repetitions is at least 1.") }
  }

  func perform() throws {
    ThreadPool.shared.resize(to: threads.count)
    if let report {
      print(try BenchmarkReport(path: report).description)
    } else if let chosen = `case` {
      print(try measure(chosen).json)
    }
  }

  private func measure(_ chosen: BenchmarkCase) throws -> BenchmarkResult {
    let work = try chosen.prepare()
    work.body()
    let before = MultiplyAddCounter.count
    let times = (0..<repetitions).map { _ in
      let start = ContinuousClock.now
      work.body()
      return (ContinuousClock.now - start) / .seconds(1)
    }
    let multiplyAdds: Int? =
      switch work.arithmetic {
      case .counted: (MultiplyAddCounter.count - before) / repetitions
      case .known(let count): count
      case .unknown: nil
      }
    return BenchmarkResult(
      side: "ours", name: chosen.rawValue, seconds: times.sorted()[times.count / 2],
      peakBytes: peakResidentBytes(), multiplyAdds: multiplyAdds)
  }
}

extension BenchmarkCase: ExpressibleByArgument {}
