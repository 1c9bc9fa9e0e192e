import CZlib

/// The first chunk of a PNG file, which says how large the image is.
struct PNGHeader {
  /// The length of the signature and the IHDR chunk, in bytes.
  static let byteCount = 33
  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  let size: ImageSize

  /// Parses the first bytes of `file`; refuses what is not PNG, cut short, damaged or too large.
  init(_ bytes: [UInt8], file: String) throws {
    let signature = Self.signature
    guard !bytes.isEmpty else {
      throw ImageError(file, "is empty", remedy: "copy or export it again")
    }
    guard bytes.starts(with: signature.prefix(bytes.count)) else {
      throw ImageError(
        file, "is not a PNG, JPEG or WebP", remedy: "convert it to one of them or take it away")
    }
    guard bytes.count >= Self.byteCount else {
      throw ImageError(file, "is cut short within its header", remedy: "copy or export it again")
    }
    guard bigEndian(bytes, at: 8, count: 4) == 13, bytes[12..<16].elementsEqual("IHDR".utf8),
      crc32(0, Array(bytes[12..<29]), 17) == bigEndian(bytes, at: 29, count: 4)
    else {
      throw ImageError(file, "has a damaged header", remedy: "copy or export it again")
    }
    size = try ImageSize(
      announcedBy: file, height: bigEndian(bytes, at: 20, count: 4),
      width: bigEndian(bytes, at: 16, count: 4))
  }
}

/// The EXIF block of a PNG, if it has one that is whole.
func pngEXIF(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
  // A chunk is its length, its type, its content and a checksum of the latter two.
  var position = 8
  while position + 12 <= bytes.count {
    let length = bigEndian(bytes, at: position, count: 4)
    let content = position + 8
    guard length <= bytes.count - content - 4 else { return nil }
    if bytes[position + 4..<content].elementsEqual("eXIf".utf8) {
      let checked = Array(bytes[position + 4..<content + length])
      let isWhole =
        crc32(0, checked, UInt32(checked.count)) == bigEndian(bytes, at: content + length, count: 4)
      return isWhole ? bytes[content..<content + length] : nil
    }
    position = content + length + 4
  }
  return nil
}
