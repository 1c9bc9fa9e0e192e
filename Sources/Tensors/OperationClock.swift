import Synchronization

/// Adds up what the time of a model goes to, for a benchmark to tell.
public enum OperationClock {
  /// A kind of work. What is none of these is element-wise operations for the most part.
  public enum Work: String, CaseIterable, Sendable {
    /// Convolutions and matrix products, and their derivatives.
    case products
    /// Causal attention.
    case attention
    /// Steps of the optimizer.
    case optimizer
    /// What the tape does itself: adding up gradients, and letting go of what has been used.
    case tape
  }

  private static let times = Mutex<[Work: Duration]>([:])

  /// The time so far that each kind of work has taken of the threads that asked for it.
  public static var durations: [Work: Duration] { times.withLock { $0 } }

  /// Calls `body` and counts its time as `work`; throws what it throws.
  public static func time<Result>(_ work: Work, _ body: () throws -> Result) rethrows -> Result {
    let start = ContinuousClock.now
    defer { add(ContinuousClock.now - start, to: work) }
    return try body()
  }

  static func add(_ duration: Duration, to work: Work) {
    times.withLock { $0[work, default: .zero] += duration }
  }
}
