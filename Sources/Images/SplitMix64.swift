/// A stream of random numbers that is a pure function of a seed and a counter (SplitMix64).
///
/// Pictures are put in order and altered by it, a few numbers for each; networks draw whole arrays, for
/// which `Randomness` has a kernel. What a seed means hangs on both, so neither takes the other's place.
struct SplitMix64 {
  private var state: UInt64

  init(seed: UInt64, counter: UInt64) {
    state = scramble(scramble(seed &+ weylIncrement) ^ counter)
  }

  /// The next 64 random bits.
  mutating func next() -> UInt64 {
    state &+= weylIncrement
    return scramble(state)
  }

  /// A number drawn uniformly from the range.
  mutating func uniform(in range: ClosedRange<Double>) -> Double {
    let unit = Double(next() >> 11) * 0x1p-53
    return range.lowerBound + unit * (range.upperBound - range.lowerBound)
  }

  /// An integer drawn uniformly from the range, which is short of 2^63 long.
  mutating func uniform(in range: ClosedRange<Int>) -> Int {
    let length = UInt64(range.upperBound - range.lowerBound) + 1
    return range.lowerBound + Int(next().multipliedFullWidth(by: length).high)
  }
}

/// A permutation of `0..<count` drawn by `key`, computed place by place with no table.
///
/// A Feistel network permutes the smallest square power of two that holds the range; a place that
/// leaves the range is sent through again until it returns, four times on average at worst.
struct Permutation {
  let count: Int
  private let key: UInt64
  private let halfBits: UInt64
  private static let rounds: UInt64 = 6

  init(count: Int, key: UInt64) {
    precondition(count > 0, "a permutation has at least one place")
    self.count = count
    self.key = scramble(key &+ weylIncrement)
    let bits = Int.bitWidth - max(count - 1, 1).leadingZeroBitCount
    halfBits = UInt64((bits + 1) / 2)
  }

  subscript(place: Int) -> Int {
    var value = UInt64(place)
    repeat { value = permuteSquare(value) } while value >= count
    return Int(value)
  }

  private func permuteSquare(_ value: UInt64) -> UInt64 {
    let mask = (1 as UInt64) << halfBits - 1
    var (left, right) = (value >> halfBits, value & mask)
    for round in 0..<Self.rounds {
      let mixed = scramble(key ^ (right << 8 | round))
      (left, right) = (right, left ^ (mixed & mask))
    }
    return left << halfBits | right
  }
}

private let weylIncrement: UInt64 = 0x9E37_79B9_7F4A_7C15

/// The finalizer of SplitMix64: every input bit moves every output bit.
func scramble(_ value: UInt64) -> UInt64 {
  var bits = value
  bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
  bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
  return bits ^ bits >> 31
}
