import Communication
import Foundation

/// Runs `body` as each of `count` processes that know each other, and returns what each made.
///
/// The processes are threads, so that a test can see what all of them do.
func asProcesses<Result: Sendable>(
  _ count: Int, _ body: @escaping @Sendable (any Communicator) -> Result
) -> [Result] {
  let meeting = Meeting(count: count)
  let lock = NSLock()
  nonisolated(unsafe) var results: [Int: Result] = [:]
  let threads = (0..<count).map { rank in
    let thread = Thread {
      let result = body(ThreadCommunicator(rank: rank, meeting: meeting))
      lock.withLock { results[rank] = result }
    }
    thread.stackSize = 8 << 20
    thread.start()
    return thread
  }
  while threads.contains(where: { !$0.isFinished }) { usleep(500) }
  return lock.withLock { (0..<count).compactMap { results[$0] } }
}

/// One of several threads that act as processes.
private final class ThreadCommunicator: Communicator {
  let rank: Int
  private let meeting: Meeting
  var count: Int { meeting.count }

  init(rank: Int, meeting: Meeting) {
    self.rank = rank
    self.meeting = meeting
  }

  func sum(_ elements: UnsafeMutableBufferPointer<Float>) {
    let all = meeting.exchange(elements.map(Double.init), from: rank)
    for index in elements.indices {
      // As processes do, in single precision.
      elements[index] = all.reduce(0) { $0 + Float($1[index]) }
    }
  }

  func sum(_ elements: UnsafeMutableBufferPointer<Double>) {
    let all = meeting.exchange(Array(elements), from: rank)
    for index in elements.indices { elements[index] = all.reduce(0) { $0 + $1[index] } }
  }

  func copyFromLead(_ bytes: UnsafeMutableRawBufferPointer) {
    let all = meeting.exchange(isLead ? bytes.map(Double.init) : [], from: rank)
    for index in bytes.indices { bytes[index] = UInt8(all[0][index]) }
  }

  func leave() { _ = meeting.exchange([], from: rank) }

  func endAll(code: Int32) {}
}

/// Where threads wait for each other and see what each brought.
private final class Meeting: @unchecked Sendable {
  let count: Int
  private let condition = NSCondition()
  private var brought: [Int: [Double]] = [:]
  private var latest: [[Double]] = []
  private var round = 0

  init(count: Int) {
    self.count = count
  }

  /// What all threads brought to this round, by rank.
  func exchange(_ values: [Double], from rank: Int) -> [[Double]] {
    condition.withLock {
      brought[rank] = values
      if brought.count == count {
        latest = (0..<count).compactMap { brought[$0] }
        brought = [:]
        round += 1
        condition.broadcast()
      } else {
        let awaited = round + 1
        while round < awaited { condition.wait() }
      }
      return latest
    }
  }
}
