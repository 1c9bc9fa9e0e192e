import Foundation
import Synchronization
import Tensors
import Testing

/// Where it matters who is at work, a test has a pool of its own: the shared one has other tests' work.
@Suite struct ThreadPoolTests {
  @Test(arguments: [1, 2, 3, 5]) func everyPartRunsOnce(threads: Int) {
    let pool = ThreadPool(threads: threads)
    for count in [0, 1, 2, 3, 7, 1000] {
      let lock = NSLock()
      var calls = [Int](repeating: 0, count: count)
      pool.perform(count) { part in lock.withLock { calls[part] += 1 } }
      #expect(calls == [Int](repeating: 1, count: count))
    }
  }

  @Test(arguments: [1, 2, 3, 5], [1, 4, 24]) func partsAreContiguousAndWholeGrains(
    threads: Int, grain: Int
  ) {
    let pool = ThreadPool(threads: threads)
    for count in [0, 1, 3, 23, 24, 25, 96, 1001] {
      let lock = NSLock()
      var ranges: [Range<Int>] = []
      pool.split(count, grain: grain) { range in lock.withLock { ranges.append(range) } }
      ranges.sort { $0.lowerBound < $1.lowerBound }
      #expect(ranges.count <= threads)
      #expect(ranges.flatMap { Array($0) } == Array(0..<count))
      #expect(ranges.allSatisfy { $0.lowerBound % grain == 0 && !$0.isEmpty })
    }
  }

  @Test func whatIsSplitWithinABodyStaysOnItsThread() {
    let pool = ThreadPool(threads: 3)
    let lock = NSLock()
    var inside: [Range<Int>] = []
    pool.perform(2) { _ in
      pool.splitIfIdle(8, multiplyAdds: .max) { range in lock.withLock { inside.append(range) } }
    }
    #expect(inside == [0..<8, 0..<8])
    var outside: [Range<Int>] = []
    for count in [8, 4, 0] {
      pool.splitIfIdle(count, grain: 4, multiplyAdds: .max) { range in
        lock.withLock { outside.append(range) }
      }
    }
    #expect(Set(outside) == [0..<4, 4..<8] && outside.count == 3)
  }

  @Test func callersFromManyThreadsTakeTurns() async {
    let total = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask {
          let sum = Atomic<Int>(0)
          for _ in 0..<200 {
            ThreadPool.shared.perform(5) { _ = sum.add($0, ordering: .relaxed) }
          }
          return sum.load(ordering: .relaxed)
        }
      }
      return await group.reduce(0, +)
    }
    #expect(total == 8 * 200 * 10)
  }

  /// A body that a helper still held when `perform` returned would stop the program.
  @Test func noBodyOutlivesItsCall() {
    let sum = Atomic<Int>(0)
    let pool = ThreadPool(threads: 8)
    for _ in 0..<20_000 {
      pool.perform(8) { _ = sum.add($0, ordering: .relaxed) }
    }
    #expect(sum.load(ordering: .relaxed) == 20_000 * 28)
  }

  @Test func sleepingThreadsWake() async throws {
    for _ in 0..<5 {
      try await Task.sleep(for: .milliseconds(20))
      let sum = Atomic<Int>(0)
      ThreadPool.shared.perform(100) { _ = sum.add($0, ordering: .relaxed) }
      #expect(sum.load(ordering: .relaxed) == 4950)
    }
  }

  @Test func resultsDoNotDependOnTheNumberOfThreads() {
    let alone = withThreads(1) { invarianceResults() }
    for threads in [2, 3] {
      for (result, expected) in zip(withThreads(threads) { invarianceResults() }, alone) {
        #expect(result.name == expected.name)
        // Not inside the macro, which would spell out a million differences.
        let isEqual = result.bits == expected.bits
        #expect(isEqual, "\(result.name) on \(threads) threads")
      }
    }
  }
}

/// Runs `body` with the shared pool at the given size and restores it.
private func withThreads<Result>(_ threads: Int, _ body: () -> Result) -> Result {
  let before = ThreadPool.shared.threadCount
  ThreadPool.shared.resize(to: threads)
  defer { ThreadPool.shared.resize(to: before) }
  return body()
}
