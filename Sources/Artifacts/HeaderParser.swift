/// What is wrong with a header, worded to follow "has a header that".
struct HeaderProblem: Error {
  let text: String
}

/// A parser for the one JSON shape a safetensors header has.
///
/// It follows the format's own structure and never recurses, so nesting cannot exhaust the stack;
/// and unlike a general JSON library it sees, and refuses, a key given twice.
struct HeaderParser {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Reads an object, calling `member` at the start of each value; at most `limit` members.
  mutating func parseObject(
    limit: Int, _ member: (inout HeaderParser, _ key: String) throws -> Void
  ) throws {
    try expect("{")
    if consume("}") { return }
    var keys: Set<String> = []
    repeat {
      let key = try parseString()
      guard keys.insert(key).inserted else { throw problem("gives \(quoted(key)) twice") }
      guard keys.count <= limit else { throw problem("has an object of more than \(limit) keys") }
      try expect(":")
      try member(&self, key)
    } while consume(",")
    try expect("}")
  }

  /// Reads an array of integers from 0 to `Int.max`; at most `limit` of them.
  mutating func parseIntegers(limit: Int) throws -> [Int] {
    try expect("[")
    if consume("]") { return [] }
    var integers: [Int] = []
    repeat {
      guard integers.count < limit else { throw problem("has a list longer than \(limit)") }
      integers.append(try parseInteger())
    } while consume(",")
    try expect("]")
    return integers
  }

  mutating func parseString() throws -> String {
    try expect("\"")
    var text: [UInt8] = []
    while let byte = next() {
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw problem("has a string that is not UTF-8")
        }
        return string
      case UInt8(ascii: "\\"): text.append(contentsOf: try parseEscape())
      case 0..<0x20: throw problem("has a control character in a string")
      default: text.append(byte)
      }
    }
    throw problem("ends within a string")
  }

  /// Checks that nothing but white space is left.
  mutating func expectEnd() throws {
    skipSpace()
    guard position == bytes.count else { throw problem("goes on after its end") }
  }

  private mutating func parseInteger() throws -> Int {
    skipSpace()
    let start = position
    var value = 0
    while position < bytes.count, let digit = decimalValue(of: bytes[position]) {
      let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = shifted.addingReportingOverflow(digit)
      guard !overflow, !carry else { throw problem("has a number beyond 64 bits") }
      value = sum
      position += 1
    }
    let leadingZero = position - start > 1 && bytes[start] == UInt8(ascii: "0")
    guard position > start, !leadingZero else {
      throw problem("has something else where a whole number belongs")
    }
    return value
  }

  private mutating func parseEscape() throws -> String.UTF8View {
    guard let byte = next() else { throw problem("ends within a string") }
    let character: Unicode.Scalar =
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): Unicode.Scalar(byte)
      case UInt8(ascii: "b"): "\u{8}"
      case UInt8(ascii: "f"): "\u{c}"
      case UInt8(ascii: "n"): "\n"
      case UInt8(ascii: "r"): "\r"
      case UInt8(ascii: "t"): "\t"
      case UInt8(ascii: "u"): try parseUnicodeEscape()
      default: throw problem("has an unknown escape in a string")
      }
    return String(character).utf8
  }

  /// Reads the digits after "\u", and the second half of a surrogate pair where one is due.
  private mutating func parseUnicodeEscape() throws -> Unicode.Scalar {
    var value = try parseFourHexDigits()
    if (0xd800..<0xdc00).contains(value), next() == UInt8(ascii: "\\"),
      next() == UInt8(ascii: "u")
    {
      let low = try parseFourHexDigits()
      guard (0xdc00..<0xe000).contains(low) else { throw problem("has half a character") }
      value = 0x10000 + ((value - 0xd800) << 10) + (low - 0xdc00)
    }
    guard let scalar = Unicode.Scalar(value) else { throw problem("has half a character") }
    return scalar
  }

  private mutating func parseFourHexDigits() throws -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw problem("has an unknown escape in a string")
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  private mutating func expect(_ character: Unicode.Scalar) throws {
    guard consume(character) else { throw problem("lacks a '\(character)'") }
  }

  private mutating func consume(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func next() -> UInt8? {
    guard position < bytes.count else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0a, 0x0d: position += 1
      default: return
      }
    }
  }

  private func problem(_ text: String) -> HeaderProblem {
    HeaderProblem(text: "\(text), at byte \(position)")
  }
}

private func decimalValue(of byte: UInt8) -> Int? {
  let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
  return digits.contains(byte) ? Int(byte - digits.lowerBound) : nil
}
