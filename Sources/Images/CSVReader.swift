/// The rows of a table of comma-separated values, as RFC 4180 has it: fields in quotes may hold commas,
/// line breaks and, doubled, quotes. Lines end with LF, CRLF or CR; empty ones are passed over.
struct CSVReader {
  private let bytes: [UInt8]
  private let file: String
  private var position = 0
  private var line = 1

  /// A reader of UTF-8, with or without a byte order mark; errors call it `file`.
  init(_ bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// The next row and the number of the line it starts in, from 1; nil after the last.
  ///
  /// Throws an `ImageError` for what is no such table.
  mutating func next() throws -> (line: Int, fields: [String])? {
    while position < bytes.count {
      let start = line
      var fields = [try field()]
      while position < bytes.count, bytes[position] == UInt8(ascii: ",") {
        position += 1
        fields.append(try field())
      }
      endLine()
      if fields != [""] { return (start, fields) }
    }
    return nil
  }

  /// Reads up to the comma or the end of the line, which stay.
  private mutating func field() throws -> String {
    guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
      let end = bytes[position...].firstIndex { Self.endsField($0) } ?? bytes.count
      defer { position = end }
      return try text(bytes[position..<end])
    }
    let start = line
    var content: [UInt8] = []
    repeat {
      position += 1
      guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "\"")) else {
        throw error("has a quote that is never closed, in line \(start)")
      }
      line += Self.lineBreaks(in: bytes[position..<end])
      content += bytes[position..<end]
      position = end + 1
      if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
        content.append(bytes[position])
      } else {
        break
      }
    } while true
    guard position == bytes.count || Self.endsField(bytes[position]) else {
      throw error("has text behind a closed quote, in line \(line)")
    }
    return try text(content[...])
  }

  private mutating func endLine() {
    guard position < bytes.count else { return }
    let isPair = bytes[position...].starts(with: [UInt8(ascii: "\r"), UInt8(ascii: "\n")])
    position += isPair ? 2 : 1
    line += 1
  }

  private func text(_ bytes: ArraySlice<UInt8>) throws -> String {
    guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
      throw error("is not UTF-8 text, in line \(line)")
    }
    return text
  }

  private func error(_ problem: String) -> ImageError {
    ImageError(file, problem, remedy: "give a table of comma-separated values in UTF-8")
  }

  private static func endsField(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
  }

  private static func lineBreaks(in bytes: ArraySlice<UInt8>) -> Int {
    bytes.count { $0 == UInt8(ascii: "\n") }
  }
}
