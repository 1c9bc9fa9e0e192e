import Images
import Testing

/// EXIF's orientation, in PNGs, which lose nothing.
@Suite("Orientation")
struct OrientationTests {
  private let folder: TemporaryFolder
  private let height = 3
  private let width = 5

  init() throws {
    folder = try TemporaryFolder()
  }

  /// A picture whose every pixel is another, stored as a camera would that was held so, with an EXIF block.
  private func picture(stored samples: [Int], width: Int, exif: [UInt8]) throws -> Image {
    var encoder = PNGEncoder(
      width: width, height: samples.count / width, colorType: .grey, bitDepth: 8,
      isInterlaced: false)
    encoder.extraChunks = PNGEncoder.chunk("eXIf", exif)
    return try Image(
      contentsOf: folder.write(encoder.encode(samples), to: "picture.png"), color: .grey)
  }

  private func exif(_ number: UInt16, isLittle: Bool = true) -> [UInt8] {
    func bytes(_ value: UInt32, _ count: Int) -> [UInt8] {
      let little = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      return isLittle ? little : little.reversed()
    }
    let header: [UInt8] = isLittle ? [0x49, 0x49] : [0x4D, 0x4D]
    return header + bytes(42, 2) + bytes(8, 4) + bytes(1, 2) + bytes(0x0112, 2) + bytes(3, 2)
      + bytes(1, 4) + bytes(UInt32(number), 2) + bytes(0, 2) + bytes(0, 4)
  }

  @Test("All eight give the same pixels", arguments: 1...8, [true, false])
  func allEight(number: Int, isLittle: Bool) throws {
    let isTransposed = number >= 5
    let (rows, columns) = isTransposed ? (width, height) : (height, width)
    let stored = (0..<rows * columns).map { index in
      let (y, x) = (index / columns, index % columns)
      let (row, column) =
        switch number {
        case 1: (y, x)
        case 2: (y, width - 1 - x)
        case 3: (height - 1 - y, width - 1 - x)
        case 4: (height - 1 - y, x)
        case 5: (x, y)
        case 6: (x, width - 1 - y)
        case 7: (height - 1 - x, width - 1 - y)
        default: (height - 1 - x, y)
        }
      return row * width + column
    }
    let image = try picture(
      stored: stored, width: columns, exif: exif(UInt16(number), isLittle: isLittle))
    #expect((image.height, image.width) == (height, width))
    #expect(image.bytes == (0..<UInt8(15)).map { $0 })
  }

  @Test("A broken or absurd block counts as none")
  func broken() throws {
    let whole = exif(6)
    var blocks = (0..<whole.count).map { Array(whole[..<$0]) }
    blocks += [exif(0), exif(9), exif(65535), Array(repeating: 0xFF, count: 40)]
    // A directory that begins beyond the block.
    blocks.append(Array(whole[..<4]) + [0xFF, 0xFF, 0xFF, 0x7F] + whole[8...])
    for block in blocks where block.count < 20 || block.count >= whole.count {
      let image = try picture(stored: Array(0..<15), width: width, exif: block)
      #expect(image.bytes == (0..<UInt8(15)).map { $0 }, "\(block)")
    }
  }
}
