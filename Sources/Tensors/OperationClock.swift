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

  // Atomics, because threads of a training shared among processes add at the same time.
  private static let products = Atomic<Int64>(0)
  private static let attention = Atomic<Int64>(0)
  private static let optimizer = Atomic<Int64>(0)
  private static let tape = Atomic<Int64>(0)

  /// The time so far that `work` has taken of the threads that asked for it.
  public static func duration(of work: Work) -> Duration {
    let nanoseconds =
      switch work {
      case .products: products.load(ordering: .relaxed)
      case .attention: attention.load(ordering: .relaxed)
      case .optimizer: optimizer.load(ordering: .relaxed)
      case .tape: tape.load(ordering: .relaxed)
      }
    return .nanoseconds(nanoseconds)
  }

  /// Calls `body` and counts its time as `work`; throws what it throws.
  public static func time<Result>(_ work: Work, _ body: () throws -> Result) rethrows -> Result {
    let start = ContinuousClock.now
    defer { add(ContinuousClock.now - start, to: work) }
    return try body()
  }

  static func add(_ duration: Duration, to work: Work) {
    let nanoseconds = Int64(duration / .nanoseconds(1))
    switch work {
    case .products: products.add(nanoseconds, ordering: .relaxed)
    case .attention: attention.add(nanoseconds, ordering: .relaxed)
    case .optimizer: optimizer.add(nanoseconds, ordering: .relaxed)
    case .tape: tape.add(nanoseconds, ordering: .relaxed)
    }
  }
}
