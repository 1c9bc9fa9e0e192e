/// How a camera was held: which side of the stored picture is up, by the numbers of EXIF's tag 0x0112.
struct Orientation: Equatable {
  /// 1 for upright; 2 mirrored, 3 upside down, 4 both; 5 to 8 the same with rows and columns exchanged.
  let number: Int

  static let upright = Orientation(number: 1)
  static let halfTurn = Orientation(number: 3)
  /// Stored pictures are to be turned clockwise by a quarter.
  static let quarterTurn = Orientation(number: 6)
  static let threeQuarterTurn = Orientation(number: 8)

  private init(number: Int) { self.number = number }

  /// What an EXIF block says; upright if there is none, or it is broken or absurd.
  init(exif: ArraySlice<UInt8>?) {
    let said = exif.flatMap { Self.number(in: Array($0)) } ?? 1
    number = (1...8).contains(said) ? said : 1
  }

  /// Whether rows of the stored picture are columns of the upright one.
  var swapsSides: Bool { number >= 5 }

  /// The tag in the first directory of a TIFF structure.
  private static func number(in tiff: [UInt8]) -> Int? {
    guard tiff.count >= 8 else { return nil }
    let isLittle = tiff.starts(with: [0x49, 0x49, 0x2A, 0])
    guard isLittle || tiff.starts(with: [0x4D, 0x4D, 0, 0x2A]) else { return nil }
    func read(_ offset: Int, _ count: Int) -> Int? {
      guard offset >= 0, offset <= tiff.count - count else { return nil }
      return isLittle
        ? littleEndian(tiff, at: offset, count: count) : bigEndian(tiff, at: offset, count: count)
    }
    guard let directory = read(4, 4), let entries = read(directory, 2) else { return nil }
    for entry in 0..<entries {
      let start = directory + 2 + 12 * entry
      guard let tag = read(start, 2) else { return nil }
      // A short number, one of them.
      if tag == 0x0112, read(start + 2, 2) == 3, read(start + 4, 4) == 1 {
        return read(start + 8, 2)
      }
    }
    return nil
  }
}

extension Image {
  /// The picture the camera saw, of which this is what it stored.
  consuming func turnedUpright(from orientation: Orientation) -> Image {
    guard orientation.number != 1 else { return self }
    let (rows, columns) = (height, width)
    let upright = orientation.swapsSides ? size.transposed : size
    // Where the samples of the upright picture are in the stored one: from a first pixel on, by so many
    // pixels for each column and row.
    let lastRow = (rows - 1) * columns
    let (first, perColumn, perRow) =
      switch orientation.number {
      case 2: (columns - 1, -1, columns)
      case 3: (lastRow + columns - 1, -1, -columns)
      case 4: (lastRow, 1, -columns)
      case 5: (0, columns, 1)
      case 6: (lastRow, -columns, 1)
      case 7: (lastRow + columns - 1, -columns, -1)
      default: (columns - 1, columns, -1)
      }
    let channels = self.channels
    let samples = bytes.withUnsafeBufferPointer { stored in
      [UInt8](unsafeUninitializedCapacity: stored.count) { output, count in
        var next = 0
        for y in 0..<upright.height {
          for x in 0..<upright.width {
            let pixel = (first + y * perRow + x * perColumn) * channels
            for channel in 0..<channels {
              output.initializeElement(at: next, to: stored[pixel + channel])
              next += 1
            }
          }
        }
        count = next
      }
    }
    return Image(shape: ImageShape(size: upright, channels: channels), bytes: samples)
  }
}
