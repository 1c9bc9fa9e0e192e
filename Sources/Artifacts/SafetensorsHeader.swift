/// The JSON at the start of a safetensors file: its tensors, where their data lie, its metadata.
///
/// Layout of the whole file:
/// ```
/// 8 bytes    length of the header, little-endian
/// header     {"__metadata__": {key: string}, name: {"dtype", "shape", "data_offsets"}, …}
/// the rest   the tensors' data, end to end; offsets count from here
/// ```
struct SafetensorsHeader {
  /// In the order of the header.
  var tensors: [(description: TensorDescription, offsets: Range<Int>)] = []
  var metadata: [String: String] = [:]

  static let lengthLimit = 100_000_000
  static let tensorLimit = 100_000
  private static let metadataLimit = 10_000
  private static let rankLimit = 8
  private static let metadataKey = "__metadata__"
}

// MARK: - Reading

extension SafetensorsHeader {
  /// Parses a header and checks that its tensors fill `dataSize` bytes exactly.
  ///
  /// Throws a `HeaderProblem`.
  init(parsing bytes: [UInt8], dataSize: Int) throws {
    var parser = HeaderParser(bytes)
    var header = SafetensorsHeader()
    try parser.parseObject(limit: Self.tensorLimit + 1) { parser, name in
      if name == Self.metadataKey {
        try parser.parseObject(limit: Self.metadataLimit) { parser, key in
          header.metadata[key] = try parser.parseString()
        }
      } else {
        header.tensors.append(try Self.parseTensor(named: name, &parser))
      }
    }
    try parser.expectEnd()
    try header.checkOffsets(dataSize: dataSize)
    self = header
  }

  private static func parseTensor(
    named name: String, _ parser: inout HeaderParser
  ) throws -> (description: TensorDescription, offsets: Range<Int>) {
    var typeName: String?
    var shape: [Int]?
    var offsets: [Int]?
    try parser.parseObject(limit: 3) { parser, key in
      switch key {
      case "dtype": typeName = try parser.parseString()
      case "shape": shape = try parser.parseIntegers(limit: rankLimit)
      case "data_offsets": offsets = try parser.parseIntegers(limit: 2)
      default: throw HeaderProblem(text: "says \(quoted(key)) of tensor \(quoted(name))")
      }
    }
    guard let typeName, let shape, let offsets, offsets.count == 2, offsets[0] <= offsets[1] else {
      throw HeaderProblem(
        text: "does not give tensor \(quoted(name)) a dtype, a shape and two rising data_offsets")
    }
    guard let dataType = DataType(rawValue: typeName) else {
      let known = DataType.allCases.map(\.rawValue).joined(separator: ", ")
      throw HeaderProblem(
        text: "gives tensor \(quoted(name)) the dtype \(quoted(typeName)), which is not \(known)")
    }
    let description = TensorDescription(name: name, dataType: dataType, shape: shape)
    guard description.byteCount == offsets[1] - offsets[0] else {
      throw HeaderProblem(
        text: "gives tensor \(quoted(name)) of \(typeName) \(shape) the bytes "
          + "\(offsets[0]) to \(offsets[1]), which is not its size")
    }
    return (description, offsets[0]..<offsets[1])
  }

  private func checkOffsets(dataSize: Int) throws {
    var end = 0
    let inFileOrder = tensors.sorted { first, second in
      let (one, other) = (first.offsets, second.offsets)
      return (one.lowerBound, one.upperBound) < (other.lowerBound, other.upperBound)
    }
    for tensor in inFileOrder {
      guard tensor.offsets.lowerBound == end else {
        let fault = tensor.offsets.lowerBound < end ? "overlap another's" : "leave a gap"
        throw HeaderProblem(
          text: "gives tensor \(quoted(tensor.description.name)) data_offsets that \(fault)")
      }
      end = tensor.offsets.upperBound
    }
    guard end == dataSize else {
      throw HeaderProblem(
        text: "describes \(end) bytes of data where the file has \(dataSize)")
    }
  }
}

// MARK: - Writing

extension SafetensorsHeader {
  /// Lays out `tensors` end to end, in the order given.
  init(layingOut tensors: [TensorDescription], metadata: [String: String]) {
    self.metadata = metadata
    var end = 0
    for tensor in tensors {
      guard let byteCount = tensor.byteCount else {
        preconditionFailure("tensor \(tensor.name) has the impossible shape \(tensor.shape)")
      }
      self.tensors.append((tensor, end..<end + byteCount))
      end += byteCount
    }
    let names = Set(tensors.map(\.name))
    precondition(names.count == tensors.count, "two tensors share a name")
    precondition(!names.contains(Self.metadataKey), "\(Self.metadataKey) cannot be a tensor")
  }

  /// The start of the file: length and header, padded with spaces to a multiple of eight bytes.
  ///
  /// The same contents give the same bytes: metadata is sorted by key, tensors keep their order.
  func encoded() -> [UInt8] {
    let members = metadata.sorted { $0.key < $1.key }
      .map { "\(Self.jsonString($0.key)):\(Self.jsonString($0.value))" }
    var fields = ["\"\(Self.metadataKey)\":{\(members.joined(separator: ","))}"]
    for (tensor, offsets) in tensors {
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      fields.append(
        "\(Self.jsonString(tensor.name)):{\"dtype\":\"\(tensor.dataType.rawValue)\","
          + "\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offsets.lowerBound),\(offsets.upperBound)]}")
    }
    var json = Array("{\(fields.joined(separator: ","))}".utf8)
    json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - json.count % 8) % 8))
    return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json
  }

  private static func jsonString(_ text: String) -> String {
    var json = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": json += "\\\(scalar)"
      case "\0"..<" ":
        let digits = String(scalar.value, radix: 16)
        json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: json.unicodeScalars.append(scalar)
      }
    }
    return json + "\""
  }
}
