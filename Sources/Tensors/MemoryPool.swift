import Foundation
import Kernels
import Synchronization

/// Recycles the memory of tensors: a freed buffer serves the next tensor of about its size, so a
/// training step asks the system for nothing once the first has run.
public final class MemoryPool: Sendable {
  /// The pool of this process.
  public static let shared = MemoryPool()

  /// What the pool has done so far.
  public struct Statistics: Sendable {
    /// Buffers obtained from the system since the process started.
    public var systemAllocations = 0
    /// Bytes of all buffers, in use and free.
    public var bytesHeld = 0
    /// Bytes of the buffers in use.
    public var bytesInUse = 0
    /// The most bytes that were in use at once.
    public var peakBytesInUse = 0
  }

  private struct State {
    /// Addresses of free buffers by their capacity in bytes.
    var free: [Int: [UInt]] = [:]
    var statistics = Statistics()
  }
  private let state = Mutex(State())

  /// A snapshot of the counters.
  public var statistics: Statistics { state.withLock { $0.statistics } }

  /// Returns all free buffers to the system.
  public func releaseFreeMemory() {
    state.withLock { state in
      for (capacity, addresses) in state.free {
        for address in addresses { free(UnsafeMutableRawPointer(bitPattern: address)) }
        state.statistics.bytesHeld -= capacity * addresses.count
      }
      state.free = [:]
    }
  }

  /// A buffer of at least `bytes`, aligned to a cache line, with its true size. Contents are undefined.
  func take(bytes: Int) -> (buffer: UnsafeMutableRawPointer, capacity: Int) {
    let capacity = MemoryPool.capacity(for: bytes)
    let address = state.withLock { state -> UInt in
      state.statistics.bytesInUse += capacity
      state.statistics.peakBytesInUse = max(
        state.statistics.peakBytesInUse, state.statistics.bytesInUse)
      if let address = state.free[capacity]?.popLast() { return address }
      guard let buffer = aligned_alloc(64, capacity) else {
        fatalError("out of memory: \(capacity) bytes could not be allocated")
      }
      state.statistics.systemAllocations += 1
      state.statistics.bytesHeld += capacity
      return UInt(bitPattern: buffer)
    }
    guard let buffer = UnsafeMutableRawPointer(bitPattern: address) else {
      preconditionFailure("an allocated buffer has an address")
    }
    return (buffer, capacity)
  }

  func giveBack(_ buffer: UnsafeMutableRawPointer, capacity: Int) {
    let address = UInt(bitPattern: buffer)
    state.withLock { state in
      state.statistics.bytesInUse -= capacity
      state.free[capacity, default: []].append(address)
    }
  }

  /// Eight sizes per doubling: at most an eighth is wasted, and sizes recur.
  private static func capacity(for bytes: Int) -> Int {
    let needed = max(bytes + Int(KERNEL_SLACK) * MemoryLayout<Float>.stride, 256)
    let step = max(64, 1 << (Int.bitWidth - 1 - needed.leadingZeroBitCount - 3))
    return (needed + step - 1) / step * step
  }
}
