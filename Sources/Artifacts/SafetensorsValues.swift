#if _endian(big)
  #error("Tensors are stored little-endian and read without swapping bytes.")
#endif

// MARK: - Real numbers

extension SafetensorsFile {
  /// All elements of the tensor called `name`, converted to single precision.
  ///
  /// Given a `shape`, the tensor must have it. Throws a `FileError` if the file has no such tensor,
  /// if it holds integers, or if it cannot be read.
  public func readFloats(_ name: String, shape: [Int]? = nil) throws -> [Float] {
    let (description, bytes) = try realTensor(name, shape: shape)
    let count = bytes.count / description.dataType.byteCount
    return try [Float](unsafeUninitializedCapacity: count) { values, initializedCount in
      let values = UnsafeMutableBufferPointer(rebasing: values[..<count])
      try readFloats(description, bytes, into: values)
      initializedCount = count
    }
  }

  /// Reads the tensor called `name`, which must have the given `shape`, into `values`, converted to
  /// single precision.
  ///
  /// `values` has room for exactly the tensor's elements. Throws as `readFloats(_:shape:)` does.
  public func readFloats(
    _ name: String, shape: [Int], into values: UnsafeMutableBufferPointer<Float>
  ) throws {
    let (description, bytes) = try realTensor(name, shape: shape)
    try readFloats(description, bytes, into: values)
  }

  /// Throws a `FileError` if one of `values`, which were read from the tensor called `name`, is infinite or
  /// not a number: a network would make nonsense of everything.
  public func checkFinite(_ values: UnsafeBufferPointer<Float>, of name: String) throws {
    guard let value = values.first(where: { !$0.isFinite }) else { return }
    throw FileError(
      path, "has the element \(value) in tensor \(quoted(name))",
      remedy: "pass a model whose numbers are finite in single precision")
  }

  private func realTensor(
    _ name: String, shape: [Int]?
  ) throws -> (description: TensorDescription, bytes: Range<Int>) {
    let (description, bytes) = try tensor(name)
    if let shape, description.shape != shape {
      throw FileError(
        path, "has tensor \(quoted(name)) of shape \(description.shape) where \(shape) is needed",
        remedy: "pass a file whose configuration fits or make it again")
    }
    return (description, bytes)
  }

  private func readFloats(
    _ description: TensorDescription, _ bytes: Range<Int>,
    into values: UnsafeMutableBufferPointer<Float>
  ) throws {
    switch description.dataType {
    case .float32:
      try file.read(into: UnsafeMutableRawBufferPointer(values), at: bytes.lowerBound)
    case .float16: try read(bytes, into: values, converting: float(half:))
    case .bfloat16:
      try read(bytes, into: values) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
    case .float64: try read(bytes, into: values) { (value: Double) in Float(value) }
    default: throw wrongType(description, wanted: "real numbers")
    }
  }
}

/// Widens a half precision number, without branches, so that the loop around it vectorizes.
@inline(__always)
private func float(half: UInt16) -> Float {
  let magnitude = UInt32(half & 0x7fff) << 13
  let exponent = magnitude & 0x0f80_0000
  let rebias: UInt32 = (127 - 15) << 23
  let smallestNormal = rebias + 1 << 23
  let subnormal = Float(bitPattern: magnitude &+ smallestNormal) - Float(bitPattern: smallestNormal)
  let infinityOrNaN = exponent == 0x0f80_0000 ? rebias : 0
  let normal = magnitude &+ rebias &+ infinityOrNaN
  let bits = exponent == 0 ? subnormal.bitPattern : normal
  return Float(bitPattern: bits | UInt32(half & 0x8000) << 16)
}

// MARK: - Integers

extension SafetensorsFile {
  /// Elements of the integer tensor called `name` as unsigned 16-bit numbers, all by default.
  ///
  /// `elements` counts in row-major order and must lie within the tensor; only it is read. Throws a
  /// `FileError` if the file has no such tensor, if it holds real numbers or a value beyond the
  /// type, or if it cannot be read.
  public func readUInt16(_ name: String, elements: Range<Int>? = nil) throws -> [UInt16] {
    try readIntegers(name, elements: elements)
  }

  /// Elements of the integer tensor called `name` as signed 32-bit numbers, all by default.
  ///
  /// Like `readUInt16` in all else.
  public func readInt32(_ name: String, elements: Range<Int>? = nil) throws -> [Int32] {
    try readIntegers(name, elements: elements)
  }

  /// Elements of the integer tensor called `name` as signed 64-bit numbers, all by default.
  ///
  /// Like `readUInt16` in all else.
  public func readInt64(_ name: String, elements: Range<Int>? = nil) throws -> [Int64] {
    try readIntegers(name, elements: elements)
  }

  /// Elements of the integer tensor called `name` as unsigned 8-bit numbers, all by default.
  ///
  /// Like `readUInt16` in all else.
  public func readUInt8(_ name: String, elements: Range<Int>? = nil) throws -> [UInt8] {
    try readIntegers(name, elements: elements)
  }

  /// Fills `buffer` with elements of the tensor called `name`, which holds bytes, from the element
  /// `start` on.
  ///
  /// They must lie within the tensor. Throws a `FileError` if the file has no such tensor of bytes, or if
  /// it cannot be read.
  public func readBytes(
    _ name: String, from start: Int, into buffer: UnsafeMutableBufferPointer<UInt8>
  ) throws {
    let (description, bytes) = try tensor(name)
    guard description.dataType == .uint8 else { throw wrongType(description, wanted: "bytes") }
    precondition(start >= 0 && start + buffer.count <= bytes.count)
    try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: bytes.lowerBound + start)
  }

  private func readIntegers<Value: FixedWidthInteger & BitwiseCopyable>(
    _ name: String, elements: Range<Int>?
  ) throws -> [Value] {
    let (description, all) = try tensor(name)
    let size = description.dataType.byteCount
    let elements = elements ?? 0..<all.count / size
    precondition(elements.lowerBound >= 0 && elements.upperBound <= all.count / size)
    let start = all.lowerBound + elements.lowerBound * size
    let bytes = start..<start + elements.count * size
    return switch description.dataType {
    case .int64: try readExactly(bytes, of: description, as: Int64.self)
    case .int32: try readExactly(bytes, of: description, as: Int32.self)
    case .int16: try readExactly(bytes, of: description, as: Int16.self)
    case .uint16: try readExactly(bytes, of: description, as: UInt16.self)
    case .int8: try readExactly(bytes, of: description, as: Int8.self)
    case .uint8, .boolean: try readExactly(bytes, of: description, as: UInt8.self)
    default: throw wrongType(description, wanted: "whole numbers")
    }
  }

  private func readExactly<Stored, Value>(
    _ bytes: Range<Int>, of description: TensorDescription, as _: Stored.Type
  ) throws -> [Value]
  where Stored: FixedWidthInteger & BitwiseCopyable, Value: FixedWidthInteger & BitwiseCopyable {
    if Stored.self == Value.self { return try file.read(bytes) }
    let count = bytes.count / MemoryLayout<Stored>.size
    return try [Value](unsafeUninitializedCapacity: count) { values, initializedCount in
      let values = UnsafeMutableBufferPointer(rebasing: values[..<count])
      try read(bytes, into: values) { (stored: Stored) in
        guard let value = Value(exactly: stored) else {
          throw FileError(
            path,
            "has \(stored) in tensor \(quoted(description.name)), beyond the range of its use",
            remedy: "copy or make it again")
        }
        return value
      }
      initializedCount = count
    }
  }

  private func wrongType(_ description: TensorDescription, wanted: String) -> FileError {
    FileError(
      path,
      "has tensor \(quoted(description.name)) as \(description.dataType.rawValue), not as \(wanted)",
      remedy: "pass another file")
  }
}

// MARK: - Conversion

extension SafetensorsFile {
  /// Reads elements of one type and converts each to another, a piece of the file at a time.
  @inline(__always)
  private func read<Stored: BitwiseCopyable, Value: BitwiseCopyable>(
    _ bytes: Range<Int>, into values: UnsafeMutableBufferPointer<Value>,
    converting convert: (Stored) throws -> Value
  ) throws {
    var done = 0
    try file.forEachChunk(of: bytes) { chunk in
      let stored = chunk.assumingMemoryBound(to: Stored.self)
      let converted = UnsafeMutableBufferPointer(rebasing: values[done...])
      for index in stored.indices {
        converted.initializeElement(at: index, to: try convert(stored[index]))
      }
      done += stored.count
    }
  }
}
