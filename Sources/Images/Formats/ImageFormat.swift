/// How a picture is encoded, told by the first bytes of its file, not by its name.
enum ImageFormat {
  case png, jpeg, webP

  /// The format of a file that begins with `bytes`; nil if it is none that is read.
  init?(_ bytes: [UInt8]) {
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
      self = .png
    } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if bytes.count >= 12, bytes.starts(with: "RIFF".utf8),
      bytes[8..<12].elementsEqual("WEBP".utf8)
    {
      self = .webP
    } else {
      return nil
    }
  }

  /// The endings of the names under which such files are looked for in folders, in lower case.
  static let fileExtensions = ["png", "apng", "jpg", "jpeg", "jpe", "jfif", "webp"]
}

/// The number in the bytes from `offset`, most significant first.
func bigEndian(_ bytes: [UInt8], at offset: Int, count: Int) -> Int {
  bytes[offset..<offset + count].reduce(0) { $0 << 8 | Int($1) }
}

/// The number in the bytes from `offset`, least significant first.
func littleEndian(_ bytes: [UInt8], at offset: Int, count: Int) -> Int {
  bytes[offset..<offset + count].reversed().reduce(0) { $0 << 8 | Int($1) }
}
