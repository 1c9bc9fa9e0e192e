import Artifacts
import CommandLineTools
import Testing

@Suite struct ProgressReporterTests {
  /// A clock that a test sets.
  private final class Clock {
    var seconds = 100.0
  }

  private let recorder = Recorder()
  private let clock = Clock()

  private func reporter(
    isTerminal: Bool, width: Int = 120, total: Int = 1000, completed: Int = 0
  ) -> ProgressReporter {
    ProgressReporter(
      "training", total: total, completed: completed,
      console: recorder.console(isTerminal: isTerminal, width: width),
      now: { [clock] in .seconds(clock.seconds) })
  }

  @Test func pipedItIsALineEveryFewSeconds() {
    let reporter = reporter(isTerminal: false)
    for step in 0...1000 {
      reporter.report(step, figures: [Figure("loss", 1 / Double(step + 1))])
      clock.seconds += 0.012
    }
    reporter.finish(figures: [Figure("loss", 0.000999)])
    #expect(
      recorder.output == """
        training: step 0 of 1000 (0%), loss 1
        training: step 417 of 1000 (41%), loss 0.002392, 7.0 s left
        training: step 834 of 1000 (83%), loss 0.001198, 2.0 s left
        training: 1000 steps in 12 s, loss 0.000999

        """)
  }

  @Test func onATerminalItIsOneLineThatChanges() {
    let reporter = reporter(isTerminal: true)
    let figures = [Figure("loss", 0.01234), Figure("images/s", 812.4)]
    clock.seconds += 62
    reporter.report(250, figures: figures)
    clock.seconds += 0.05
    reporter.report(251, figures: figures)
    clock.seconds += 0.05
    reporter.report(252, figures: figures)
    reporter.finish()
    #expect(
      recorder.output
        == "\r\u{1b}[Ktraining  [#####---------------]   25%  loss 0.01234  images/s 812.4  "
        + "3 min 6 s left"
        + "\r\u{1b}[Ktraining  [#####---------------]   25%  loss 0.01234  images/s 812.4  "
        + "3 min 4 s left"
        + "\r\u{1b}[Ktraining: 1000 steps in 1 min 2 s\n")
  }

  @Test func theLineIsCutToTheTerminal() {
    reporter(isTerminal: true, width: 20).report(500)
    #expect(recorder.output == "\r\u{1b}[Ktraining  [########")
  }

  @Test func aResumedTaskCountsTheTimeOfItsOwnSteps() {
    let reporter = reporter(isTerminal: false, completed: 900)
    clock.seconds += 10
    reporter.report(950)
    #expect(recorder.output == "training: step 950 of 1000 (95%), 10 s left\n")
  }

  @Test(arguments: [(0, 0, "100%"), (0, 5, "100%"), (10, 20, "100%"), (10, -1, "0%")])
  func oddCountsDoNoHarm(total: Int, completed: Int, percentage: String) {
    reporter(isTerminal: false, total: total).report(completed)
    #expect(recorder.output.contains("(\(percentage))"))
  }

  @Test func aTaskWithoutEndDoesNoHarm() {
    let reporter = reporter(isTerminal: false, total: .max)
    clock.seconds += 1e9
    reporter.report(1)
    #expect(recorder.output.hasSuffix("(0%), many years left\n"))
  }

  @Test func aLineOnTheConsoleReplacesThePassingOne() {
    let console = recorder.console(isTerminal: true)
    console.showPassingLine("half")
    console.writeLine("warning")
    console.writeLine("another")
    #expect(recorder.output == "\r\u{1b}[Khalf\r\u{1b}[Kwarning\nanother\n")
  }
}

@Suite struct WordingTests {
  @Test(arguments: [
    (-1, "0.0 s"), (0, "0.0 s"), (0.44, "0.4 s"), (9.96, "10 s"), (59.4, "59 s"),
    (59.6, "1 min 0 s"), (200, "3 min 20 s"), (3_599.7, "1 h 0 min"), (7_500, "2 h 5 min"),
    (97_200, "1 d 3 h"), (1e12, "many years"),
  ])
  func durations(seconds: Double, expected: String) {
    #expect(spoken(.seconds(seconds)) == expected)
  }

  @Test(arguments: [
    (0, "0"), (0.0123456, "0.01235"), (123.456, "123.5"), (1234.6, "1235"), (-98765.4, "-98765"),
    (3e-7, "3e-07"), (1e20, "1e+20"), (.nan, "nan"), (.infinity, "inf"),
  ])
  func figures(value: Double, expected: String) {
    #expect(Figure("x", value).description == "x \(expected)")
  }

  @Test func tables() {
    var table = TextTable(["class", "drawn", "kept"])
    table.addRow(["seven", "120", "9.5%"])
    table.addRow(["one\n\u{1b}", "8", "–"])
    #expect(
      table.description == """
        class           drawn  kept
        --------------  -----  ----
        seven             120  9.5%
        one\\u{a}\\u{1b}      8     –
        """)
    #expect(TextTable(["a", "b"]).description == "a  b\n-  -")
  }

  @Test func amountsAreSpokenShortly() {
    let amounts = [0, 999, 1000, 1024, 10_229, 1 << 20, 118 << 20, 1023 << 20, 10 << 40]
    #expect(
      amounts.map { spoken(bytes: $0) } == [
        "0 B", "999 B", "0.98 KiB", "1.00 KiB", "9.99 KiB", "1.00 MiB", "118 MiB", "1.00 GiB",
        "10.0 TiB",
      ])
    #expect(
      [0, 7, 999, 1000, 1_600_000].map { spoken(count: $0) }
        == ["0", "7", "999", "1,000", "1,600,000"])
  }
}
