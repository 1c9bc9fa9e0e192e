/// Any JSON, for configurations that no program would write.
public enum JSONValue: Codable, Equatable, Sendable {
  /// null
  case null
  /// true or false
  case boolean(Bool)
  /// A whole number of 64 bits, signed.
  case integer(Int)
  /// A whole number beyond those.
  case large(UInt64)
  /// Any other number.
  case real(Double)
  /// A text.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// Values by key.
  case object([String: JSONValue])

  /// Reads a value; throws what the decoder throws.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    func decoded<Value: Decodable>(_ make: (Value) -> JSONValue) -> JSONValue? {
      (try? container.decode(Value.self)).map(make)
    }
    if container.decodeNil() {
      self = .null
      return
    }
    self =
      try decoded(Self.boolean) ?? decoded(Self.integer) ?? decoded(Self.large)
      ?? decoded(Self.real) ?? decoded(Self.string) ?? decoded(Self.array)
      ?? .object(container.decode([String: JSONValue].self))
  }

  /// Writes the value; throws what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .boolean(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .large(let value): try container.encode(value)
    case .real(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let values): try container.encode(values)
    case .object(let values): try container.encode(values)
    }
  }

  /// This value with every leaf in turn, and every list and object, replaced by each of
  /// `replacements`.
  public func replacingEach(by replacements: [JSONValue]) -> [JSONValue] {
    switch self {
    case .array(let values):
      replacements
        + values.indices.flatMap { index in
          values[index].replacingEach(by: replacements).map { replacement in
            var changed = values
            changed[index] = replacement
            return .array(changed)
          }
        }
    case .object(let values):
      replacements
        + values.sorted { $0.key < $1.key }.flatMap { key, value in
          value.replacingEach(by: replacements).map { replacement in
            .object(values.merging([key: replacement]) { $1 })
          }
        }
    default: replacements
    }
  }
}
