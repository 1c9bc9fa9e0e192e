/// Tells how many things were found so far where nobody knows how many there are: nothing in the first
/// seconds, then as `ProgressReporter` does.
///
/// ```
/// indexing photos: 120000 files
/// ```
public final class CountReporter {
  private let title: String
  private let unit: String
  private let console: Console
  private let now: () -> Duration
  private var lastShown: Duration

  /// A reporter of things called `unit`, in the plural. `now` tells the time since any fixed moment.
  public init(
    _ title: String, unit: String, console: Console = .standardError,
    now: @escaping () -> Duration = timeSinceLaunch
  ) {
    self.title = title
    self.unit = unit
    self.console = console
    self.now = now
    lastShown = now()
  }

  /// Says that there are `count` so far; cheap enough to call often.
  public func report(_ count: Int) {
    let time = now()
    guard time - lastShown >= (console.isTerminal ? .milliseconds(500) : .seconds(5)) else {
      return
    }
    lastShown = time
    let line = "\(title): \(count) \(unit)"
    if console.isTerminal { console.showPassingLine(line) } else { console.writeLine(line) }
  }
}
