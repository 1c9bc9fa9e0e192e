/// A dense array of float32, row-major: the last axis is contiguous. Images are NHWC.
///
/// A tensor is a value: a copy shares memory until one of the two is changed. A tensor made, directly
/// or indirectly, from one that a `Tape` watches carries the tape along, and every operation on it is
/// recorded there.
public struct Tensor {
  /// The extent of each axis; empty for a scalar.
  public let shape: [Int]
  var storage: Storage
  var slot: TapeSlot?

  /// How many elements there are: the product of the shape.
  public var count: Int { storage.count }
  /// The extent of the last axis: the channels of an image.
  public var channels: Int { shape.last ?? 1 }
  /// How many rows of `channels` elements there are.
  public var rows: Int { channels == 0 ? 0 : count / channels }
  /// Whether a tape records what is made from this tensor.
  public var isTracked: Bool { slot != nil }

  /// A tensor of `shape` whose elements are undefined until written.
  public init(uninitialized shape: [Int]) {
    self.shape = shape
    storage = Storage(count: shape.reduce(1, *))
  }

  /// A tensor of `shape` with every element equal to `value`.
  public init(repeating value: Float, shape: [Int]) {
    self.init(uninitialized: shape)
    storage.elements.update(repeating: value, count: count)
  }

  /// A tensor of zeros.
  public init(zeros shape: [Int]) {
    self.init(repeating: 0, shape: shape)
  }

  /// A tensor of `shape` with the given elements, whose number must be the product of the shape.
  public init(_ elements: [Float], shape: [Int]) {
    precondition(elements.count == shape.reduce(1, *), "\(elements.count) elements for \(shape)")
    self.init(uninitialized: shape)
    elements.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { storage.elements.update(from: base, count: count) }
    }
  }

  /// The elements in row-major order.
  public var elements: [Float] { Array(buffer) }

  /// The only element of a scalar.
  public var scalar: Float {
    precondition(count == 1, "a scalar has one element, not \(count)")
    return storage.elements[0]
  }

  /// The sum of all elements, added in double precision.
  public var total: Double {
    withExtendedLifetime(storage) { buffer.reduce(0) { $0 + Double($1) } }
  }

  /// The elements without a copy; valid while the tensor is, so that it needs a name: the memory of one
  /// that has none goes back to the pool before they are read, and from there to any thread.
  public var buffer: UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(start: storage.elements, count: count)
  }

  /// The same values, unrecorded: a constant to every tape.
  public var detached: Tensor {
    var result = self
    result.slot = nil
    return result
  }

  /// The same elements under another shape with the same product.
  func viewed(as shape: [Int]) -> Tensor {
    precondition(shape.reduce(1, *) == count, "\(self.shape) cannot become \(shape)")
    return Tensor(shape: shape, storage: storage)
  }

  init(shape: [Int], storage: Storage) {
    self.shape = shape
    self.storage = storage
  }

  /// The elements for reading by kernels.
  var pointer: UnsafePointer<Float> { UnsafePointer(storage.elements) }

  /// The elements for writing. Another tensor that shares them keeps its own copy.
  public mutating func withMutableElements<Result>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    if !isKnownUniquelyReferenced(&storage) {
      let copy = Storage(count: count)
      copy.elements.update(from: storage.elements, count: count)
      storage = copy
    }
    storage.prepared = PreparedWeights()
    return try body(UnsafeMutableBufferPointer(start: storage.elements, count: count))
  }

  /// The elements for writing by the operation that has just made this tensor.
  var fresh: UnsafeMutablePointer<Float> { storage.elements }
}

/// The memory of one or more tensors, from the pool and back to it.
final class Storage {
  let elements: UnsafeMutablePointer<Float>
  let count: Int
  /// What was made of the elements, if they are a convolution's weights.
  var prepared = PreparedWeights()
  private let capacity: Int

  init(count: Int) {
    let (buffer, capacity) = MemoryPool.shared.take(bytes: count * MemoryLayout<Float>.stride)
    elements = buffer.bindMemory(to: Float.self, capacity: capacity / MemoryLayout<Float>.stride)
    self.count = count
    self.capacity = capacity
  }

  deinit { MemoryPool.shared.giveBack(elements, capacity: capacity) }
}
