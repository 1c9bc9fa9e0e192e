/// Damages files: flips bits, cuts them short, and splices pieces of one into another.
///
/// The same seed gives the same files.
public struct Mutator: Sendable {
  private var state: UInt64

  /// A mutator whose files depend on `seed` alone.
  public init(seed: UInt64) {
    state = seed
  }

  /// A damaged copy of `bytes`; pieces may come from `other`.
  public mutating func mutated(_ bytes: [UInt8], splicing other: [UInt8]) -> [UInt8] {
    switch next(below: 4) {
    case 0, 1: flippingBits(of: bytes)
    case 2: Array(bytes.prefix(next(below: bytes.count + 1)))
    default: splicing(other, into: bytes)
    }
  }

  private mutating func flippingBits(of bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    // Half of all flips lie near the start, where headers are.
    let reach = next(below: 2) == 0 ? bytes.count : min(bytes.count, 64)
    for _ in 0...next(below: 4) where reach > 0 {
      bytes[next(below: reach)] ^= 1 << UInt8(next(below: 8))
    }
    return bytes
  }

  /// Some of `other` in the place of some of `bytes`; the length changes, or not.
  private mutating func splicing(_ other: [UInt8], into bytes: [UInt8]) -> [UInt8] {
    let from = range(in: other.count)
    let start = next(below: bytes.count + 1)
    let length = next(below: 2) == 0 ? from.count : next(below: 64)
    let end = min(start + length, bytes.count)
    return Array(bytes[..<start] + other[from] + bytes[end...])
  }

  private mutating func range(in count: Int) -> Range<Int> {
    let (one, other) = (next(below: count + 1), next(below: count + 1))
    return min(one, other)..<max(one, other)
  }

  /// A number from 0 to less than `bound`, by SplitMix64.
  private mutating func next(below bound: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return Int((mixed ^ mixed >> 31) % UInt64(bound))
  }
}
