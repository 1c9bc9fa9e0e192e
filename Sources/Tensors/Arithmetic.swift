import Kernels

/// In which numbers convolutions multiply. Sums are float32 in either, and so is everything else: weights,
/// moments, codebooks, normalization, softmax, losses and statistics.
public enum Arithmetic: String, Codable, Sendable, CaseIterable {
  /// 24 bits, an exponent of 8.
  case float32
  /// 8 bits, the same exponent: both factors are rounded to it, to nearest, ties to even. Where a square of
  /// taps is computed by minimal filtering, which saves more than half of the products, factors stay
  /// float32.
  case bfloat16

  /// Whether the processor has instructions for it. Else it comes to the same numbers, and saves no time.
  public var isNative: Bool { self == .float32 || kernel_multiplies_bfloat16() }

  /// What a product reads of so many channels, as kernels count: the channels, or pairs of them.
  public func operandCount(of channels: Int) -> Int {
    self == .float32 ? channels : Int(kernel_pair_count(Int32(channels)))
  }
}

extension Tensor {
  /// What a product in some arithmetic reads: the tensor itself, or pairs of bfloat16 in the place of floats,
  /// [..., ⌈channels / 2⌉], which only kernels can make sense of. Not recorded.
  public func operands(in arithmetic: Arithmetic) -> Tensor {
    guard arithmetic == .bfloat16 else { return self }
    let pairsOfRow = arithmetic.operandCount(of: channels)
    let pairs = Tensor(uninitialized: shape.dropLast() + [pairsOfRow])
    ThreadPool.shared.splitIfIdle(rows, grain: 16, multiplyAdds: count) { part in
      kernel_pair_bfloat16(
        pointer + part.lowerBound * channels, part.count, Int32(channels),
        pairs.fresh + part.lowerBound * pairsOfRow)
    }
    return pairs
  }
}
