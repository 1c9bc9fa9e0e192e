/// The values of a tensor about to be stored, with the encoding they are to have in the file.
public enum TensorValues: Sendable {
  /// Single precision, stored as it is.
  case floats([Float])
  /// Single precision, rounded to half precision in the file.
  case halves([Float])
  /// Unsigned 8-bit integers.
  case uint8([UInt8])
  /// Unsigned 16-bit integers.
  case uint16([UInt16])
  /// Signed 32-bit integers.
  case int32([Int32])
  /// Signed 64-bit integers.
  case int64([Int64])

  /// The encoding in the file.
  public var dataType: DataType {
    switch self {
    case .floats: .float32
    case .halves: .float16
    case .uint8: .uint8
    case .uint16: .uint16
    case .int32: .int32
    case .int64: .int64
    }
  }

  /// The number of elements.
  public var count: Int {
    switch self {
    case .floats(let values), .halves(let values): values.count
    case .uint8(let values): values.count
    case .uint16(let values): values.count
    case .int32(let values): values.count
    case .int64(let values): values.count
    }
  }

  /// Calls `body` with the bytes that go into the file.
  func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    switch self {
    case .floats(let values): try values.withUnsafeBytes(body)
    case .halves(let values): try values.map { Float16($0) }.withUnsafeBytes(body)
    case .uint8(let values): try values.withUnsafeBytes(body)
    case .uint16(let values): try values.withUnsafeBytes(body)
    case .int32(let values): try values.withUnsafeBytes(body)
    case .int64(let values): try values.withUnsafeBytes(body)
    }
  }

  /// A finite value that would become infinite in the file, if there is one.
  var firstOverflow: Float? {
    guard case .halves(let values) = self else { return nil }
    return values.first { $0.isFinite && !Float16($0).isFinite }
  }
}

/// A whole tensor about to be stored.
public struct StoredTensor {
  /// The tensor's name, unique in its file.
  public let name: String
  /// Its extents, outermost first; their product is the number of values.
  public let shape: [Int]
  /// The encoding its values are to have in the file.
  public let dataType: DataType
  private let read: () throws -> TensorValues

  /// A tensor called `name` of the given shape and values.
  public init(_ name: String, shape: [Int], _ values: TensorValues) {
    self.init(name, shape: shape, values.dataType) { values }
  }

  /// A tensor called `name` whose values `read` brings only when they are written, so that those of
  /// a large model need not be in memory a second time.
  public init(
    _ name: String, shape: [Int], _ dataType: DataType,
    reading read: @escaping () throws -> TensorValues
  ) {
    self.name = name
    self.shape = shape
    self.dataType = dataType
    self.read = read
  }

  /// Its elements in row-major order; throws what reading them throws.
  public var values: TensorValues {
    get throws {
      let values = try read()
      precondition(
        values.dataType == dataType && shape.reduce(1, *) == values.count,
        "\(name) has values for another tensor")
      return values
    }
  }

  /// What the file's header says of it.
  public var description: TensorDescription {
    TensorDescription(name: name, dataType: dataType, shape: shape)
  }
}
