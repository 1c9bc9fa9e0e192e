/// The whole of a set and random halves of it, in which the same figures are wanted: how those of the
/// halves scatter tells how far off those of the whole may be.
struct Subsamples {
  /// Of each member a bit for every subsample it is in.
  let words: [UInt64]
  /// How many subsamples there are, 1 to 64.
  let count: Int

  /// The whole of a set, as the only subsample.
  init(wholeOf size: Int) {
    words = Array(repeating: 1, count: size)
    count = 1
  }

  /// The whole of a set as subsample 0, and after it random halves; at most 63.
  init(wholeOf size: Int, and halves: HalfSamples, for purpose: String) {
    precondition(halves.count < 64, "at most 63 halves, not \(halves.count)")
    var words = [UInt64](repeating: 1, count: size)
    for half in 0..<halves.count {
      for member in halves.half(half, of: size, for: purpose) { words[member] |= 2 << UInt64(half) }
    }
    self.words = words
    count = 1 + halves.count
  }

  /// The members of a subsample, in ascending order.
  func members(of subsample: Int) -> [Int] {
    words.indices.filter { words[$0] >> UInt64(subsample) & 1 == 1 }
  }

  /// How many members each subsample has.
  var sizes: [Int] {
    var sizes = [Int](repeating: 0, count: count)
    for word in words { word.forEachBit { sizes[$0] += 1 } }
    return sizes
  }
}

extension UInt64 {
  /// Calls `body` with the number of every bit that is set, in ascending order.
  @inline(__always) func forEachBit(_ body: (Int) -> Void) {
    var rest = self
    while rest != 0 {
      body(rest.trailingZeroBitCount)
      rest &= rest - 1
    }
  }
}
