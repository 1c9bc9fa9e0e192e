import Foundation
import Kernels

/// Floats in memory of their own, with exactly the slack after them that kernels are promised and then
/// a page that no one may touch. The floats are not aligned: kernels must not need it.
final class GuardedBuffer {
  let count: Int
  let pointer: UnsafeMutablePointer<Float>
  private let region: UnsafeMutableRawPointer
  private let length: Int

  /// What the slack holds; a NaN, so that it spoils whatever uses it.
  private static let mark = UInt32(0x7FC1_2345)

  init(_ elements: [Float]) {
    let page = Int(getpagesize())
    let bytes = (elements.count + Int(KERNEL_SLACK)) * MemoryLayout<Float>.stride
    let usable = (bytes + page - 1) / page * page
    guard
      let region = mmap(
        nil, usable + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      region != MAP_FAILED, mprotect(region + usable, page, PROT_NONE) == 0
    else { fatalError("no memory for a guarded buffer") }
    self.region = region
    length = usable + page
    count = elements.count
    pointer = (region + usable - bytes).bindMemory(
      to: Float.self, capacity: count + Int(KERNEL_SLACK))
    for index in 0..<count { pointer[index] = elements[index] }
    for index in 0..<Int(KERNEL_SLACK) {
      pointer[count + index] = Float(bitPattern: GuardedBuffer.mark)
    }
  }

  convenience init(count: Int) {
    self.init([Float](repeating: 0, count: count))
  }

  deinit { munmap(region, length) }

  var elements: [Float] { (0..<count).map { pointer[$0] } }
  var bits: [UInt32] { elements.map(\.bitPattern) }

  /// Whether nothing was written past the end.
  var isIntact: Bool {
    (0..<Int(KERNEL_SLACK)).allSatisfy {
      pointer[count + $0].bitPattern == GuardedBuffer.mark
    }
  }
}

/// Random floats in guarded memory, from the test's own generator.
struct GuardedNumbers {
  private var generator: SplitMix64

  init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  mutating func buffer(_ count: Int, in range: ClosedRange<Float> = -1...1) -> GuardedBuffer {
    GuardedBuffer((0..<count).map { _ in Float.random(in: range, using: &generator) })
  }
}

/// A generator that owes nothing to the code under test.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
