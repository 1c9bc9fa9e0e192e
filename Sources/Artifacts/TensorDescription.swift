/// How the elements of a stored tensor are encoded, under their names in safetensors.
public enum DataType: String, CaseIterable, Sendable {
  /// IEEE 754 double precision.
  case float64 = "F64"
  /// IEEE 754 single precision.
  case float32 = "F32"
  /// IEEE 754 half precision.
  case float16 = "F16"
  /// The upper half of a single precision number.
  case bfloat16 = "BF16"
  /// A signed integer of 64 bits.
  case int64 = "I64"
  /// A signed integer of 32 bits.
  case int32 = "I32"
  /// A signed integer of 16 bits.
  case int16 = "I16"
  /// An unsigned integer of 16 bits.
  case uint16 = "U16"
  /// A signed integer of 8 bits.
  case int8 = "I8"
  /// An unsigned integer of 8 bits.
  case uint8 = "U8"
  /// A byte, 0 or 1.
  case boolean = "BOOL"

  /// The size of one element in bytes, 1 to 8.
  public var byteCount: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16, .int16, .uint16: 2
    case .int8, .uint8, .boolean: 1
    }
  }
}

/// What a file says of one of its tensors, short of the values.
public struct TensorDescription: Hashable, Sendable {
  /// The tensor's name, unique in its file.
  public let name: String
  /// The encoding of its elements.
  public let dataType: DataType
  /// Its extents, outermost first; empty for a scalar.
  public let shape: [Int]

  /// A tensor called `name` of the given encoding and shape.
  public init(name: String, dataType: DataType, shape: [Int]) {
    self.name = name
    self.dataType = dataType
    self.shape = shape
  }

  /// The size of its data in bytes; nil if an extent is negative or the size overflows.
  public var byteCount: Int? {
    var count = dataType.byteCount
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow else { return nil }
      count = product
    }
    return count
  }
}
