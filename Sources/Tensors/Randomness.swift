import Foundation
import Kernels

/// A stream of random numbers that is a pure function of a seed and a counter (Philox 4×32-10).
///
/// Streams for different purposes are derived by name or number, so that what one part of a program
/// draws never shifts what another draws. Its kernel fills whole arrays at once; the order and the
/// alterations of pictures, a few numbers for each, come from `SplitMix64` of `Images`.
public struct Randomness: Sendable, Hashable {
  /// What tells this stream from all others.
  public let key: UInt64

  /// The stream of a seed.
  public init(seed: UInt64) {
    key = Randomness.mix(seed &+ 0x9E37_79B9_7F4A_7C15)
  }

  private init(key: UInt64) {
    self.key = key
  }

  /// The independent stream numbered `index` below this one.
  public func stream(_ index: Int) -> Randomness {
    Randomness(key: Randomness.mix(key ^ Randomness.mix(UInt64(bitPattern: Int64(index)) &+ 1)))
  }

  /// The independent stream called `name` below this one.
  public func stream(_ name: String) -> Randomness {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return Randomness(key: Randomness.mix(key ^ Randomness.mix(hash)))
  }

  /// Number `index` of the stream, uniform in [0, 1).
  public func uniform(at index: Int) -> Float {
    Float(word(at: index) >> 8) * 0x1p-24
  }

  /// Number `index` of the stream, uniform over all 32-bit words.
  public func word(at index: Int) -> UInt32 {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 4) { words in
      kernel_random_words(key, UInt64(index / 4), 1, words.baseAddress)
      return words[index % 4]
    }
  }

  /// The first `count` numbers of the stream as uniform draws from `range`.
  public func uniforms(_ count: Int, in range: ClosedRange<Float>) -> [Float] {
    words(count).map {
      range.lowerBound + Float($0 >> 8) * 0x1p-24 * (range.upperBound - range.lowerBound)
    }
  }

  /// The first `count` numbers of the stream as draws from the standard normal distribution.
  public func normals(_ count: Int) -> [Float] {
    let words = words(count + count % 2)
    var result: [Float] = []
    result.reserveCapacity(words.count)
    for i in stride(from: 0, to: words.count, by: 2) {
      // Box–Muller; the first uniform is in (0, 1] so that its logarithm is finite.
      let radius = (-2 * log(Float((words[i] >> 8) + 1) * 0x1p-24)).squareRoot()
      let angle = 2 * Float.pi * Float(words[i + 1] >> 8) * 0x1p-24
      result.append(radius * cos(angle))
      result.append(radius * sin(angle))
    }
    return Array(result.prefix(count))
  }

  private func words(_ count: Int) -> [UInt32] {
    let blocks = (count + 3) / 4
    let all = [UInt32](unsafeUninitializedCapacity: blocks * 4) { buffer, initialized in
      kernel_random_words(key, 0, blocks, buffer.baseAddress)
      initialized = blocks * 4
    }
    return Array(all.prefix(count))
  }

  /// The finalizer of SplitMix64.
  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
