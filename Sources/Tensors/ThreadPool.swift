import Foundation
import Kernels
import Synchronization

/// The threads that every tensor operation shares.
///
/// Work is divided by position, never by arrival, and no operation adds numbers from different
/// parts in an order that depends on the division: results are the same for any thread count.
public final class ThreadPool: @unchecked Sendable {
  /// The pool of this process. It starts with one thread per core that the process may run on.
  public static let shared = ThreadPool(threads: availableProcessors)

  /// How many cores the calling thread may run on, at least 1: fewer than the machine has where a container,
  /// a batch system or `taskset` gave it some.
  public static var availableProcessors: Int {
    // Foundation counts those of the machine.
    let available = Int(kernel_available_processors())
    return available > 0 ? available : ProcessInfo.processInfo.activeProcessorCount
  }

  /// Held while threads work, so that callers from different threads take turns.
  private let lock = NSLock()
  private var helpers: [Helper]

  /// A pool of its own, of so many threads, the caller's included; at least 1.
  package init(threads: Int) {
    helpers = (1..<threads).map { _ in Helper() }
  }

  /// How many threads work together, the caller's included.
  public var threadCount: Int { lock.withLock { helpers.count + 1 } }

  /// Replaces the threads by `threads` new ones, the caller's included; at least 1.
  public func resize(to threads: Int) {
    precondition(threads >= 1, "a pool has at least the caller's thread")
    lock.withLock { helpers = (1..<threads).map { _ in Helper() } }
  }

  /// Calls `body` for each part number in `0..<count`, on all threads, and returns when all are done.
  /// Must not be called from within a `body`.
  public func perform(_ count: Int, _ body: (Int) -> Void) {
    if count <= 1 {
      if count == 1 { body(0) }
      return
    }
    lock.withLock { share(count, body) }
  }

  /// Divides `0..<count` into one contiguous range per thread, each of at least `grain` elements and
  /// starting at a multiple of `grain`, and calls `body` with each range.
  public func split(_ count: Int, grain: Int = 1, _ body: (Range<Int>) -> Void) {
    guard count > 0 else { return }
    let division = Division(of: count, grain: grain, into: threadCount)
    perform(division.parts) { body(division[$0]) }
  }

  /// The fewest multiply-adds that are worth waking other threads for: some microseconds' work.
  private static let sharedWork = 1 << 16

  /// The same where no `perform` is at work and there is enough to do, `multiplyAdds` in all; else calls
  /// `body` with all of it, on this thread alone. May be called from within a `body`.
  public func splitIfIdle(
    _ count: Int, grain: Int = 1, multiplyAdds: Int, _ body: (Range<Int>) -> Void
  ) {
    guard count > grain, multiplyAdds >= Self.sharedWork, lock.try() else {
      if count > 0 { body(0..<count) }
      return
    }
    defer { lock.unlock() }
    let division = Division(of: count, grain: grain, into: helpers.count + 1)
    share(division.parts) { body(division[$0]) }
  }

  /// Does all parts, on all threads; whoever calls holds the lock.
  private func share(_ count: Int, _ body: (Int) -> Void) {
    guard count > 1, !helpers.isEmpty else {
      for part in 0..<count { body(part) }
      return
    }
    withoutActuallyEscaping(body) { body in
      let job = Job(count: count, body: body)
      let needed = helpers.prefix(count - 1)
      for helper in needed { helper.start(job) }
      job.work()
      for helper in needed { helper.waitUntilIdle() }
    }
  }
}

/// `0..<count` in contiguous parts of about the same size, which start at multiples of `grain`.
private struct Division {
  let parts: Int
  private let count: Int
  private let grain: Int
  private let grains: Int

  init(of count: Int, grain: Int, into most: Int) {
    self.count = count
    self.grain = grain
    grains = (count + grain - 1) / grain
    parts = min(most, grains)
  }

  subscript(part: Int) -> Range<Int> {
    grains * part / parts * grain..<min(count, grains * (part + 1) / parts * grain)
  }
}

/// Parts of one `perform`, taken in turn by whoever is free.
private final class Job: @unchecked Sendable {
  private let count: Int
  private let body: (Int) -> Void
  private let next = Atomic<Int>(0)

  init(count: Int, body: @escaping (Int) -> Void) {
    self.count = count
    self.body = body
  }

  func work() {
    while true {
      let part = next.add(1, ordering: .relaxed).oldValue
      guard part < count else { return }
      body(part)
    }
  }
}

/// One thread. It looks out for work for a moment before it sleeps, because the next operation of a
/// network follows within microseconds and waking a thread takes longer than that.
private final class Helper {
  private let mailbox = Mailbox()

  init() {
    let mailbox = self.mailbox
    startThread { mailbox.serve() }
  }

  deinit { mailbox.post(nil) }

  func start(_ job: Job) { mailbox.post(job) }
  func waitUntilIdle() { mailbox.waitUntilIdle() }
}

private final class Mailbox: @unchecked Sendable {
  private static let spins = 300_000
  private let posted = Atomic<Int>(0)
  private let finished = Atomic<Int>(0)
  private let condition = NSCondition()
  private var isAsleep = false
  private var job: Job?

  func post(_ job: Job?) {
    self.job = job
    posted.add(1, ordering: .sequentiallyConsistent)
    condition.lock()
    if isAsleep { condition.signal() }
    condition.unlock()
  }

  func waitUntilIdle() {
    let target = posted.load(ordering: .relaxed)
    var spins = 0
    while finished.load(ordering: .acquiring) != target {
      spins += 1
      // A yield may hand the core to another program for milliseconds: only when the wait is long.
      if spins % Mailbox.spins == 0 { sched_yield() }
    }
  }

  func serve() {
    var seen = 0
    while true {
      var spins = 0
      while posted.load(ordering: .acquiring) == seen, spins < Mailbox.spins { spins += 1 }
      condition.lock()
      while posted.load(ordering: .acquiring) == seen {
        isAsleep = true
        condition.wait()
      }
      isAsleep = false
      condition.unlock()
      seen += 1
      guard finishJob() else { return }
      finished.store(seen, ordering: .releasing)
    }
  }

  /// Does the posted job and lets go of it, because its closure must not outlive the caller's wait.
  /// False if the thread is to end.
  @inline(never)
  private func finishJob() -> Bool {
    guard let job = job.take() else { return false }
    job.work()
    return true
  }
}
