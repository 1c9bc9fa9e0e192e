import CZlib

/// The contents of a file, inflated on the way when the file is gzipped.
///
/// Gzip is recognised by its first two bytes, whatever the file is called. Only what is asked for
/// is inflated, so a small file cannot fill the memory.
final class GzipReader {
  /// Deflate turns no byte into more than this many.
  static let maximumExpansion = 1032

  /// Whether the file is gzipped.
  let isCompressed: Bool
  private let file: InputFile
  // Inflating keeps a pointer to the stream, which therefore must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  private var input: [UInt8]
  private var position = 0
  private var isBetweenMembers = false
  private static let pieceSize = 1 << 16

  init(_ file: InputFile) throws {
    self.file = file
    input = try file.read(upTo: Self.pieceSize)
    isCompressed = input.starts(with: [0x1F, 0x8B])
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard isCompressed else { return }
    // 15 is the largest window; 16 more asks for the gzip format and its checksum.
    let status = inflateInit2_(
      stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      throw ImageError(file.name, "cannot be inflated: no memory", remedy: "free some and retry")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Fills `buffer` as far as the contents reach and returns the number of bytes read.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var filled = 0
    while filled < buffer.count {
      if position == input.count {
        input = try file.read(upTo: Self.pieceSize)
        position = 0
        if input.isEmpty { break }
      }
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      filled += isCompressed ? try inflate(into: rest) : copy(into: rest)
    }
    if isCompressed && filled < buffer.count && !isBetweenMembers {
      throw ImageError(file.name, "is cut short within its gzip data", remedy: "fetch it again")
    }
    return filled
  }

  private func copy(into output: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(output.count, input.count - position)
    output.copyBytes(from: input[position..<position + count])
    position += count
    return count
  }

  /// Inflates from the piece of input at hand; a gzip file may be several, end to end.
  private func inflate(into output: UnsafeMutableRawBufferPointer) throws -> Int {
    if isBetweenMembers {
      inflateReset(stream)
      isBetweenMembers = false
    }
    let room = UInt32(min(output.count, Int(UInt32.max)))
    let available = UInt32(input.count - position)
    let status = input.withUnsafeMutableBufferPointer { bytes in
      stream.pointee.next_in = bytes.baseAddress.map { $0 + position }
      stream.pointee.avail_in = available
      stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
      stream.pointee.avail_out = room
      return CZlib.inflate(stream, Z_NO_FLUSH)
    }
    position += Int(available - stream.pointee.avail_in)
    guard status == Z_OK || status == Z_STREAM_END else {
      let reason = stream.pointee.msg.map { String(cString: $0) } ?? "status \(status)"
      throw ImageError(file.name, "has damaged gzip data (\(reason))", remedy: "fetch it again")
    }
    isBetweenMembers = status == Z_STREAM_END
    return Int(room - stream.pointee.avail_out)
  }
}
