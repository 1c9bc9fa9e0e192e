import CZlib

/// The first chunk of a PNG file, which says how large the image is.
struct PNGHeader {
  /// The length of the signature and the IHDR chunk, in bytes.
  static let byteCount = 33
  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  let size: ImageSize

  /// Reads only the header of the file.
  init(of file: InputFile) throws {
    try self.init(file.read(upTo: Self.byteCount), file: file.name)
  }

  /// Parses the first bytes of `file`; refuses what is not PNG, cut short, damaged or too large.
  init(_ bytes: [UInt8], file: String) throws {
    let signature = Self.signature
    guard !bytes.isEmpty else {
      throw ImageError(file, "is empty", remedy: "copy or export it again")
    }
    guard bytes.starts(with: signature.prefix(bytes.count)) else {
      throw ImageError(file, "is not a PNG", remedy: "convert it to PNG or take it away")
    }
    guard bytes.count >= Self.byteCount else {
      throw ImageError(file, "is cut short within its header", remedy: "copy or export it again")
    }
    guard bigEndian(bytes, at: 8) == 13, bytes[12..<16].elementsEqual("IHDR".utf8),
      crc32(0, Array(bytes[12..<29]), 17) == bigEndian(bytes, at: 29)
    else {
      throw ImageError(file, "has a damaged header", remedy: "copy or export it again")
    }
    size = try ImageSize(
      announcedBy: file, height: bigEndian(bytes, at: 20), width: bigEndian(bytes, at: 16))
  }
}

/// The unsigned 32-bit number in the four bytes from `offset`, most significant first.
func bigEndian(_ bytes: [UInt8], at offset: Int) -> Int {
  bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
}
