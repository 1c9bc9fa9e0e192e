import Kernels
import Testing

/// Philox 4×32 with 10 rounds as its authors describe it, with the whole counter.
private func philox(counter: [UInt32], key: [UInt32]) -> [UInt32] {
  var (counter, key) = (counter, key)
  for _ in 0..<10 {
    let (a, b) = (
      UInt64(counter[0]) * 0xD251_1F53, UInt64(counter[2]) * 0xCD9E_8D57
    )
    counter = [
      UInt32(b >> 32) ^ counter[1] ^ key[0], UInt32(truncatingIfNeeded: b),
      UInt32(a >> 32) ^ counter[3] ^ key[1], UInt32(truncatingIfNeeded: a),
    ]
    key = [key[0] &+ 0x9E37_79B9, key[1] &+ 0xBB67_AE85]
  }
  return counter
}

@Suite struct PhiloxTests {
  @Test func theReferenceGivesTheAuthorsVectors() {
    #expect(
      philox(counter: [0, 0, 0, 0], key: [0, 0])
        == [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8])
    #expect(
      philox(counter: [.max, .max, .max, .max], key: [.max, .max])
        == [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD])
    #expect(
      philox(
        counter: [0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344],
        key: [0xA409_3822, 0x299F_31D0])
        == [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1])
  }

  @Test(arguments: [0, 1, 0xFFFF_FFFF, 0x0123_4567_89AB_CDEF, UInt64.max])
  func wordsAreThoseOfTheReference(key: UInt64) {
    let halves = [UInt32(truncatingIfNeeded: key), UInt32(key >> 32)]
    for first: UInt64 in [0, 7, 0xFFFF_FFFE, 1 << 40, .max - 2] {
      var words = [UInt32](repeating: 0, count: 12)
      kernel_random_words(key, first, 3, &words)
      let expected = (0..<3).flatMap { block in
        let index = first + UInt64(block)
        return philox(
          counter: [UInt32(truncatingIfNeeded: index), UInt32(index >> 32), 0, 0], key: halves)
      }
      #expect(words == expected)
    }
  }

  @Test func dropoutDoesNotDependOnHowItIsDivided() {
    var numbers = GuardedNumbers(seed: 1)
    let x = numbers.buffer(3001)
    let whole = GuardedBuffer(count: x.count)
    kernel_dropout(x.pointer, whole.pointer, x.count, 0, 0.3, 42)
    for part in [1, 4, 100, 255, 256, 258, 1024] {
      let y = GuardedBuffer(count: x.count)
      for first in stride(from: 0, to: x.count, by: part) {
        kernel_dropout(
          x.pointer + first, y.pointer + first, min(part, x.count - first), first, 0.3, 42)
      }
      #expect(y.bits == whole.bits)
      #expect(y.isIntact)
    }
  }

  @Test func dropoutKeepsTheElementsWhoseWordReachesTheRate() {
    let x = GuardedBuffer((1...1000).map(Float.init))
    let y = GuardedBuffer(count: 1000)
    kernel_dropout(x.pointer, y.pointer, 1000, 4000, 0.25, 99)
    var words = [UInt32](repeating: 0, count: 1000)
    kernel_random_words(99, 1000, 250, &words)
    let expected = zip(x.elements, words).map { $1 >= 1 << 30 ? $0 * (1 / 0.75) : 0 }
    #expect(y.elements == expected)
  }
}
