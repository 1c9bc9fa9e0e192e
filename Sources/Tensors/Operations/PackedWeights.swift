import Kernels

/// Convolution weights in the order the kernels read them.
public struct PackedWeights {
  private let storage: Storage
  /// Pixels read per output pixel.
  public let taps: Int
  /// Input channels per tap.
  public let inputs: Int
  /// Output channels.
  public let outputs: Int

  /// In which numbers they are multiplied.
  public let arithmetic: Arithmetic
  /// What kernels count as the inputs per tap.
  public var operands: Int { arithmetic.operandCount(of: inputs) }

  /// Packs weights [taps, inputs, outputs].
  public init(_ weights: Tensor, taps: Int, arithmetic: Arithmetic = .float32) {
    self.init(weights, taps: 0..<taps, of: taps, arithmetic: arithmetic)
  }

  /// Packs some taps of weights [all taps, inputs, outputs].
  init(_ weights: Tensor, taps: Range<Int>, of all: Int, arithmetic: Arithmetic = .float32) {
    self.init(
      weights, taps: taps, inputs: weights.count / (all * weights.channels),
      outputs: weights.channels, arithmetic,
      pack: arithmetic == .bfloat16 ? kernel_pack_bfloat16 : kernel_pack)
  }

  /// Packs weights [taps, outputs, inputs] with the last two axes exchanged.
  init(transposing weights: Tensor, taps: Int, arithmetic: Arithmetic = .float32) {
    self.init(transposing: weights, taps: 0..<taps, of: taps, arithmetic: arithmetic)
  }

  /// Packs some taps of weights [all taps, outputs, inputs] with the last two axes exchanged.
  init(
    transposing weights: Tensor, taps: Range<Int>, of all: Int, arithmetic: Arithmetic = .float32
  ) {
    self.init(
      weights, taps: taps, inputs: weights.channels,
      outputs: weights.count / (all * weights.channels), arithmetic,
      pack: arithmetic == .bfloat16 ? kernel_pack_bfloat16_transposed : kernel_pack_transposed)
  }

  /// Output channels whose weights lie together; of the last of these there may be fewer.
  public var outputsOfPanel: Int { Int(kernel_panel_width()) }

  /// The packed weights of one tap: [inputs, outputs], the outputs rounded up to whole vectors.
  var countPerTap: Int { kernel_packed_count(1, Int32(inputs), Int32(outputs)) }

  private init(
    _ weights: Tensor, taps: Range<Int>, inputs: Int, outputs: Int, _ arithmetic: Arithmetic,
    pack: (UnsafePointer<Float>?, Int32, Int32, Int32, UnsafeMutablePointer<Float>?) -> Void
  ) {
    self.taps = taps.count
    self.inputs = inputs
    self.outputs = outputs
    self.arithmetic = arithmetic
    storage = Storage(
      count: kernel_packed_count(
        Int32(taps.count), Int32(arithmetic.operandCount(of: inputs)), Int32(outputs)))
    pack(
      weights.pointer + taps.lowerBound * inputs * outputs, Int32(taps.count), Int32(inputs),
      Int32(outputs), storage.elements)
  }

  /// The packed weights for kernels, valid while this value is.
  public var pointer: UnsafePointer<Float> { UnsafePointer(storage.elements) }
}
