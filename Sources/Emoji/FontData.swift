import Artifacts

/// A font file or a part of it: numbers are big-endian, offsets count from the start of the part.
///
/// A font may be anybody's: what it says lies beyond its end is an error and no trap.
struct FontData {
  /// The longest font file that is read, in bytes.
  static let maximumFileSize = 1 << 28

  /// All bytes of the part, which share the memory of the whole.
  let bytes: ArraySlice<UInt8>
  /// The path of the font, for errors.
  private let path: String
  /// What the part is called in errors: the name of its table.
  private let name: String

  /// Reads the file at `path`. Throws a `FileError` if it cannot be read or is no TrueType font.
  init(path: String) throws {
    let file = try RandomAccessFile(path: path)
    guard file.size <= Self.maximumFileSize else {
      throw FileError(
        path, "is \(file.size) bytes long",
        remedy: "the limit for a font is \(Self.maximumFileSize) bytes: choose another")
    }
    bytes = try file.read(0..<file.size)[...]
    self.path = path
    name = "list of tables"
    guard bytes.starts(with: [0, 1, 0, 0]) else {
      throw FileError(path, "is not a TrueType font", remedy: "pass a .ttf file")
    }
  }

  private init(_ bytes: ArraySlice<UInt8>, path: String, name: String) {
    self.bytes = bytes
    self.path = path
    self.name = name
  }

  /// The number of bytes.
  var count: Int { bytes.count }

  /// The table called `tag`; only of a whole font.
  func table(_ tag: String) throws -> FontData {
    for index in 0..<(try unsigned16(at: 4)) {
      let record = 12 + 16 * index
      guard try part(at: record, count: 4).bytes.elementsEqual(tag.utf8) else { continue }
      let start = try unsigned32(at: record + 8)
      let table = try part(at: start, count: unsigned32(at: record + 12))
      return FontData(table.bytes, path: path, name: "table '\(tag)'")
    }
    throw FileError(
      path, "has no table '\(tag)'", remedy: "pass a font of coloured bitmaps, as Noto Color Emoji")
  }

  /// The `count` bytes from `offset` on; all that follow by default.
  func part(at offset: Int, count: Int? = nil) throws -> FontData {
    guard offset >= 0, offset <= bytes.count, (count ?? 0) >= 0,
      (count ?? 0) <= bytes.count - offset
    else { throw problem("ends too early") }
    let start = bytes.startIndex + offset
    let end = count.map { start + $0 } ?? bytes.endIndex
    return FontData(bytes[start..<end], path: path, name: name)
  }

  /// The whole number in the byte at `offset`.
  func unsigned8(at offset: Int) throws -> Int { try unsigned(at: offset, size: 1) }

  /// The whole number in the two bytes at `offset`.
  func unsigned16(at offset: Int) throws -> Int { try unsigned(at: offset, size: 2) }

  /// The whole number in the four bytes at `offset`.
  func unsigned32(at offset: Int) throws -> Int { try unsigned(at: offset, size: 4) }

  /// The error of a font whose part is not as it must be.
  func problem(_ text: String) -> FileError {
    FileError(path, "is damaged: its \(name) \(text)", remedy: "install the font again")
  }

  private func unsigned(at offset: Int, size: Int) throws -> Int {
    guard offset >= 0, offset <= bytes.count - size else { throw problem("ends too early") }
    let start = bytes.startIndex + offset
    return bytes[start..<start + size].reduce(0) { $0 << 8 | Int($1) }
  }
}
