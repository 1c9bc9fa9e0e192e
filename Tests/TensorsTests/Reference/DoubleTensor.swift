import Tensors

/// A dense array in double precision: what the reference implementations work on.
struct DoubleTensor {
  let shape: [Int]
  var elements: [Double]

  /// The extent of the last axis.
  var channels: Int { shape.last ?? 1 }
  /// How many rows of `channels` elements there are.
  var rows: Int { elements.count / channels }
  /// The largest magnitude.
  var largest: Double { elements.reduce(0) { max($0, abs($1)) } }
  /// The same numbers in single precision.
  var tensor: Tensor { Tensor(elements.map { Float($0) }, shape: shape) }

  init(_ elements: [Double], shape: [Int]) {
    precondition(elements.count == shape.reduce(1, *), "\(elements.count) elements for \(shape)")
    self.shape = shape
    self.elements = elements
  }

  init(zeros shape: [Int]) {
    self.init([Double](repeating: 0, count: shape.reduce(1, *)), shape: shape)
  }

  init(_ tensor: Tensor) {
    self.init(tensor.elements.map { Double($0) }, shape: tensor.shape)
  }

  /// This tensor + step · direction.
  func moved(along direction: [Double], by step: Double) -> DoubleTensor {
    DoubleTensor(zip(elements, direction).map { $0 + step * $1 }, shape: shape)
  }
}

/// Random numbers for the tests that owe nothing to the code under test.
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

  /// Numbers between −scale and scale that single precision holds exactly, so that both precisions
  /// start from the same values.
  mutating func tensor(_ shape: [Int], scale: Double = 1) -> DoubleTensor {
    let count = shape.reduce(1, *)
    return DoubleTensor(
      (0..<count).map { _ in Double(Float.random(in: Float(-scale)...Float(scale), using: &self)) },
      shape: shape)
  }

  /// Whole numbers below `bound`.
  mutating func indices(_ count: Int, below bound: Int) -> [Int32] {
    (0..<count).map { _ in Int32.random(in: 0..<Int32(bound), using: &self) }
  }
}
