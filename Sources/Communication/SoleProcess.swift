import Foundation

/// A process without others.
///
/// It may act as the first of several, to try out the first one's share of their work: then what the
/// others would have added is missing.
public final class SoleProcess: Communicator {
  /// What a process has given to be summed.
  public struct Tally: Sendable {
    /// How often.
    public var sums = 0
    /// How many bytes in all.
    public var bytes = 0

    /// Nothing.
    public init() {}
  }

  /// 0.
  public let rank = 0
  /// 1, or how many there would be.
  public let count: Int
  private let lock = NSLock()
  // The lock guards it.
  nonisolated(unsafe) private var given = Tally()

  /// A process that is alone, or that acts as the first of `count`.
  public init(actingAsFirstOf count: Int = 1) {
    self.count = count
  }

  /// What was given to be summed so far.
  public var tally: Tally { lock.withLock { given } }

  /// Leaves the elements as they are.
  public func sum(_ elements: UnsafeMutableBufferPointer<Float>) {
    add(UnsafeRawBufferPointer(elements))
  }

  /// Leaves the elements as they are.
  public func sum(_ elements: UnsafeMutableBufferPointer<Double>) {
    add(UnsafeRawBufferPointer(elements))
  }

  private func add(_ bytes: UnsafeRawBufferPointer) {
    lock.withLock {
      given.sums += 1
      given.bytes += bytes.count
    }
  }

  /// Does nothing.
  public func copyFromLead(_ bytes: UnsafeMutableRawBufferPointer) {}
  /// Does nothing.
  public func leave() {}
  /// Does nothing.
  public func endAll(code: Int32) {}
}
