/// An array of bytes in the IDX format of the MNIST files, gzipped or not.
///
/// The format: two zero bytes, the type of the elements (8 for bytes), the number of dimensions,
/// each dimension as a big-endian 32-bit number, then the elements, row-major.
struct IDXFile {
  /// The most elements that are read into memory.
  static let maximumByteCount = 1 << 33
  /// The most elements a gzipped file may have beyond twice its size: more is a bomb, or a file so
  /// repetitive that it is better kept as it is.
  static let maximumInflatedByteCount = 200_000_000

  let name: String
  let dimensions: [Int]
  let bytes: [UInt8]

  /// Reads the file; `ranks` are the numbers of dimensions its reader has a use for.
  ///
  /// Throws an `ImageError` when the file is not IDX, or is longer or shorter than its header says.
  init(_ path: String, ranks: Set<Int>, purpose: String) throws {
    let file = try InputFile(FilePath(path))
    let reader = try GzipReader(file)
    name = file.name
    dimensions = try Self.readDimensions(reader, name: name, ranks: ranks, purpose: purpose)
    let count = try Self.byteCount(of: dimensions, in: file, compressed: reader.isCompressed)
    bytes = try Self.readElements(reader, count: count, name: name)
  }

  private static func readDimensions(
    _ reader: GzipReader, name: String, ranks: Set<Int>, purpose: String
  ) throws -> [Int] {
    let magic = try read(reader, upTo: 4)
    guard magic.count == 4, magic[0] == 0, magic[1] == 0 else {
      throw ImageError(
        name, "is not an IDX file",
        remedy: "give an IDX file, gzipped or not, or a folder of pictures")
    }
    guard magic[2] == 8, ranks.contains(Int(magic[3])) else {
      throw ImageError(
        name, "holds no \(purpose): element type \(magic[2]), dimensions \(magic[3])",
        remedy: "\(purpose) are bytes (type 8) in \(ranks.sorted()) dimensions")
    }
    let rank = Int(magic[3])
    let header = try read(reader, upTo: 4 * rank)
    guard header.count == 4 * rank else {
      throw ImageError(name, "is cut short within its header", remedy: "fetch it again")
    }
    return (0..<rank).map { bigEndian(header, at: 4 * $0, count: 4) }
  }

  /// The elements the header announces, refused when the file cannot possibly hold them.
  private static func byteCount(
    of dimensions: [Int], in file: InputFile, compressed: Bool
  ) throws -> Int {
    var count = 1
    for dimension in dimensions {
      guard dimension <= maximumByteCount / max(count, 1) else {
        throw ImageError(
          file.name, "announces more than \(maximumByteCount) bytes", remedy: "split it")
      }
      count *= dimension
    }
    let expansion = compressed ? GzipReader.maximumExpansion : 1
    guard count / expansion <= file.size else {
      throw ImageError(
        file.name, "announces \(count) bytes, more than its \(file.size) can hold",
        remedy: "fetch it again")
    }
    guard !compressed || count <= 2 * file.size + maximumInflatedByteCount else {
      throw ImageError(
        file.name,
        "announces \(count) bytes, beyond the limit of \(maximumInflatedByteCount) and twice its "
          + "size for a gzipped file", remedy: "gunzip it first")
    }
    return count
  }

  /// Reads piece by piece, so that memory follows what is there rather than what is announced.
  private static func readElements(
    _ reader: GzipReader, count: Int, name: String
  ) throws -> [UInt8] {
    var bytes: [UInt8] = []
    // Growing would copy; memory that is not written to is not taken.
    bytes.reserveCapacity(count)
    while bytes.count < count {
      let piece = try read(reader, upTo: min(count - bytes.count, 1 << 20))
      guard !piece.isEmpty else {
        throw ImageError(
          name, "ends after \(bytes.count) of the \(count) bytes it announces",
          remedy: "fetch it again")
      }
      bytes += piece
    }
    guard try read(reader, upTo: 1).isEmpty else {
      throw ImageError(
        name, "goes on after the \(count) bytes it announces", remedy: "fetch it again")
    }
    return bytes
  }

  private static func read(_ reader: GzipReader, upTo count: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = try reader.read(into: UnsafeMutableRawBufferPointer(buffer))
    }
  }
}
