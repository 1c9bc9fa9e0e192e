import CZlib

/// A PNG written from the specification, without libpng, in any of the format's variants.
struct PNGEncoder {
  enum ColorType: UInt8, CaseIterable {
    case grey = 0
    case rgb = 2
    case palette = 3
    case greyAlpha = 4
    case rgba = 6

    var channels: Int {
      switch self {
      case .grey, .palette: 1
      case .greyAlpha: 2
      case .rgb: 3
      case .rgba: 4
      }
    }

    var bitDepths: [Int] {
      switch self {
      case .grey: [1, 2, 4, 8, 16]
      case .palette: [1, 2, 4, 8]
      case .rgb, .greyAlpha, .rgba: [8, 16]
      }
    }
  }

  var width: Int
  var height: Int
  var colorType: ColorType
  var bitDepth: Int
  var isInterlaced = false
  /// Whole chunks between the header and the pixels.
  var extraChunks: [UInt8] = []

  /// Encodes samples, `[height, width, channels]`, each of `bitDepth` bits.
  func encode(_ samples: [Int]) -> [UInt8] {
    let header =
      bigEndianBytes(width) + bigEndianBytes(height)
      + [UInt8(bitDepth), colorType.rawValue, 0, 0, isInterlaced ? 1 : 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      + Self.chunk("IHDR", header) + extraChunks
      + Self.chunk("IDAT", deflated(scanlines(samples))) + Self.chunk("IEND", [])
  }

  static func chunk(_ type: String, _ payload: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + payload
    return bigEndianBytes(payload.count) + body
      + bigEndianBytes(Int(crc32(0, body, uInt(body.count))))
  }

  /// The rows of all passes, each after its filter type, 0.
  private func scanlines(_ samples: [Int]) -> [UInt8] {
    // Adam7: first column, first row, column step, row step.
    let passes =
      isInterlaced
      ? [
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
        (0, 1, 1, 2),
      ] : [(0, 0, 1, 1)]
    var bytes: [UInt8] = []
    for (left, top, stepX, stepY) in passes where left < width {
      for y in stride(from: top, to: height, by: stepY) {
        bytes.append(0)
        let row = stride(from: left, to: width, by: stepX).flatMap { x in
          let start = (y * width + x) * colorType.channels
          return samples[start..<start + colorType.channels]
        }
        bytes += packed(row)
      }
    }
    return bytes
  }

  private func packed(_ row: [Int]) -> [UInt8] {
    if bitDepth == 16 { return row.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } }
    let perByte = 8 / bitDepth
    return stride(from: 0, to: row.count, by: perByte).map { start in
      (0..<perByte).reduce(UInt8(0)) { byte, place in
        let sample = start + place < row.count ? row[start + place] : 0
        return byte | UInt8(sample << (8 - bitDepth * (place + 1)))
      }
    }
  }
}

func bigEndianBytes(_ value: Int) -> [UInt8] {
  [24, 16, 8, 0].map { UInt8(value >> $0 & 0xFF) }
}

/// The bytes in the zlib format, or in the gzip format.
func deflated(_ bytes: [UInt8], gzip: Bool = false) -> [UInt8] {
  var stream = z_stream()
  deflateInit2_(
    &stream, 6, Z_DEFLATED, gzip ? 31 : 15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
    Int32(MemoryLayout<z_stream>.size))
  defer { deflateEnd(&stream) }
  var input = bytes
  return [UInt8](unsafeUninitializedCapacity: Int(compressBound(uLong(bytes.count))) + 32) {
    output, count in
    input.withUnsafeMutableBufferPointer { source in
      stream.next_in = source.baseAddress
      stream.avail_in = uInt(source.count)
      stream.next_out = output.baseAddress
      stream.avail_out = uInt(output.count)
      deflate(&stream, Z_FINISH)
    }
    count = output.count - Int(stream.avail_out)
  }
}
