import Artifacts
import Foundation

/// Tells how far a long task is: on a terminal in one line that changes in place, elsewhere in a
/// plain line every few seconds.
///
/// ```
/// training vqvae  [######--------------]  31%  loss 0.0123  images/s 812  3 min 20 s left
/// training vqvae: step 310 of 1000 (31%), loss 0.0123, images/s 812, 3 min 20 s left
/// ```
public final class ProgressReporter {
  private let title: String
  private let unit: String
  private let total: Int
  private let first: Int
  private let console: Console
  private let now: () -> Duration
  private let start: Duration
  private var lastShown: Duration?

  /// A reporter of `total` steps, of which `completed` were done before this process began.
  ///
  /// `unit` is the singular of what is counted: "step", "image". `now` tells the time since any
  /// fixed moment.
  public init(
    _ title: String, total: Int, completed: Int = 0, unit: String = "step",
    console: Console = .standardError, now: @escaping () -> Duration = timeSinceLaunch
  ) {
    self.title = title
    self.unit = unit
    self.total = total
    self.first = completed
    self.console = console
    self.now = now
    start = now()
  }

  /// Says that `completed` steps are done, with the figures of the latest.
  ///
  /// Cheap enough to call at every step: most calls show nothing.
  public func report(_ completed: Int, figures: [Figure] = []) {
    let time = now()
    let interval: Duration = console.isTerminal ? .milliseconds(100) : .seconds(5)
    if let lastShown, time - lastShown < interval { return }
    lastShown = time
    let remaining = remaining(after: completed, at: time)
    if console.isTerminal {
      console.showPassingLine(bar(completed, figures, remaining))
    } else {
      console.writeLine(line(completed, figures, remaining))
    }
  }

  /// Says that all is done, in a line that stays: how many steps, how long, the last figures. Give
  /// `completed` where fewer than all turned out to be enough.
  public func finish(after completed: Int? = nil, figures: [Figure] = []) {
    let done = completed ?? total
    let parts =
      ["\(title): \(done) \(unit)\(done == 1 ? "" : "s") in \(spoken(now() - start))"]
      + figures.map(\.description)
    console.writeLine(parts.joined(separator: ", "))
  }

  private func bar(_ completed: Int, _ figures: [Figure], _ remaining: Duration?) -> String {
    let width = 20
    let filled = Int(Double(width) * fraction(completed))
    let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
    let percent = percentage(completed)
    let padding = String(repeating: " ", count: 4 - percent.count)
    return ([title, "[\(bar)]", padding + percent] + details(figures, remaining))
      .joined(separator: "  ")
  }

  private func line(_ completed: Int, _ figures: [Figure], _ remaining: Duration?) -> String {
    (["\(title): \(unit) \(completed) of \(total) (\(percentage(completed)))"]
      + details(figures, remaining)).joined(separator: ", ")
  }

  private func details(_ figures: [Figure], _ remaining: Duration?) -> [String] {
    figures.map(\.description) + (remaining.map { ["\(spoken($0)) left"] } ?? [])
  }

  private func percentage(_ completed: Int) -> String {
    "\(Int(100 * fraction(completed)))%"
  }

  private func fraction(_ completed: Int) -> Double {
    total > 0 ? min(max(Double(completed) / Double(total), 0), 1) : 1
  }

  /// The time left if the rest goes at the rate of this process so far; nil before its first step.
  private func remaining(after completed: Int, at time: Duration) -> Duration? {
    guard completed > first else { return nil }
    let elapsed = (time - start) / .seconds(1)
    let seconds = elapsed * Double(max(total - completed, 0)) / Double(completed - first)
    return .seconds(min(seconds, 1e9))
  }
}

/// The time since some moment early in this process, on a clock that never goes back.
public func timeSinceLaunch() -> Duration {
  launch.duration(to: .now)
}

private let launch = ContinuousClock.now
