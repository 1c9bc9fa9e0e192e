import Foundation
import Kernels

/// Recycles the memory of tensors: a freed buffer serves the next tensor of about its size, so a
/// training step asks the system for nothing once the first has run.
public final class MemoryPool: @unchecked Sendable {
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

    mutating func releaseFreeMemory() {
      for (capacity, addresses) in free {
        for address in addresses { Foundation.free(UnsafeMutableRawPointer(bitPattern: address)) }
        statistics.bytesHeld -= capacity * addresses.count
      }
      free = [:]
    }
  }
  private let lock = NSLock()
  // The lock guards it.
  private var state = State()

  /// A snapshot of the counters.
  public var statistics: Statistics { lock.withLock { state.statistics } }

  /// Returns all free buffers to the system.
  public func releaseFreeMemory() {
    lock.withLock { state.releaseFreeMemory() }
  }

  /// A buffer of at least `bytes`, aligned to a cache line, with its true size. Contents are undefined.
  ///
  /// Ends the process if the system has no more memory.
  func take(bytes: Int) -> (buffer: UnsafeMutableRawPointer, capacity: Int) {
    let capacity = MemoryPool.capacity(for: bytes)
    let address = lock.withLock { () -> UInt in
      state.statistics.bytesInUse += capacity
      state.statistics.peakBytesInUse = max(
        state.statistics.peakBytesInUse, state.statistics.bytesInUse)
      if let address = state.free[capacity]?.popLast() { return address }
      var buffer = aligned_alloc(64, capacity)
      if buffer == nil {
        // Free buffers of other sizes may make room.
        state.releaseFreeMemory()
        buffer = aligned_alloc(64, capacity)
      }
      guard let buffer else { MemoryPool.endProcess(lacking: capacity, state.statistics) }
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
    lock.withLock {
      state.statistics.bytesInUse -= capacity
      state.free[capacity, default: []].append(address)
    }
  }

  private static func endProcess(lacking bytes: Int, _ statistics: Statistics) -> Never {
    func mebibytes(_ bytes: Int) -> String { "\((bytes + (1 << 20) - 1) >> 20) MiB" }
    Tensors.endProcess(
      "the memory does not suffice: \(mebibytes(statistics.bytesHeld)) are in use and "
        + "\(mebibytes(bytes)) more cannot be had; lower --batch, or train with a higher "
        + "--accumulate or with --recompute")
  }

  /// Eight sizes per doubling: at most an eighth is wasted, and sizes recur.
  private static func capacity(for bytes: Int) -> Int {
    let needed = max(bytes + Int(KERNEL_SLACK) * MemoryLayout<Float>.stride, 256)
    let step = max(64, 1 << (Int.bitWidth - 1 - needed.leadingZeroBitCount - 3))
    return (needed + step - 1) / step * step
  }
}
