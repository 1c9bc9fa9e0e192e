import Images

/// A font of a few glyphs, written byte by byte in any of the formats there are.
struct SmallFont {
  /// How `CBLC` says where pictures are, 1 to 5.
  var indexFormat = 1
  /// How `CBDT` stores pictures, 17 to 19.
  var imageFormat = 17
  /// Whether coverage is told in ranges, and the ligatures stand behind an extension.
  var isIndirect = false

  /// The glyphs of 😀, 😁, 👦 and the joiner; the ligature of 😁, joiner and 👦 is the fifth.
  static let characters: [(scalar: Unicode.Scalar, glyph: Int)] = [
    ("\u{200d}", 4), ("\u{1f466}", 3), ("\u{1f600}", 1), ("\u{1f601}", 2),
  ]
  /// The glyphs that have pictures, all but the joiner.
  static let drawn = [1, 2, 3, 5]

  /// The picture of a glyph: 2 pixels high, 3 wide, of a colour of its own.
  static func picture(of glyph: Int) -> Image {
    let shape = ImageShape(size: ImageSize(height: 2, width: 3), channels: 3)
    return Image(
      shape: shape, bytes: (0..<shape.byteCount).map { UInt8(40 * glyph + $0) })
  }

  /// The whole file.
  func bytes() throws -> [UInt8] {
    let entries = try Self.drawn.map(entry)
    let tables = [
      ("CBDT", u16(3, 0) + entries.joined()), ("CBLC", locations(of: entries)),
      ("GSUB", substitutions), ("cmap", characterMap),
    ]
    var offset = 12 + 16 * tables.count
    var directory: [UInt8] = []
    for (tag, table) in tables {
      directory += Array(tag.utf8) + u32(0, offset, table.count)
      offset += table.count
    }
    return u32(0x10000) + u16(tables.count, 0, 0, 0) + directory + tables.flatMap(\.1)
  }

  /// A picture as `CBDT` has it, all of one length where the index asks for that.
  private func entry(of glyph: Int) throws -> [UInt8] {
    let png = try Self.picture(of: glyph).pngBytes()
    let measures = [UInt8](repeating: 1, count: [17: 5, 18: 8, 19: 0][imageFormat] ?? 0)
    let entry = measures + u32(png.count) + png
    let isConstant = indexFormat == 2 || indexFormat == 5
    return entry + [UInt8](repeating: 0, count: isConstant ? entrySize - entry.count : 0)
  }

  private let entrySize = 200

  private func locations(of entries: [[UInt8]]) -> [UInt8] {
    var ends = [0]
    for entry in entries { ends.append(ends[ends.count - 1] + entry.count) }
    // The joiner, glyph 4, has a picture of no bytes where the index cannot leave it out.
    let all = ends[...3] + [ends[3], ends[4]]
    let header = u16(indexFormat, imageFormat) + u32(4)
    let index: [UInt8] =
      switch indexFormat {
      case 1: header + all.flatMap { u32($0) }
      case 2: header + u32(entrySize) + [UInt8](repeating: 1, count: 8)
      case 3: header + all.flatMap { u16($0) }
      case 4: header + u32(4) + zip(Self.drawn + [0], ends).flatMap { u16($0, $1) }
      default:
        header + u32(entrySize) + [UInt8](repeating: 1, count: 8) + u32(4)
          + Self.drawn.flatMap { u16($0) }
      }
    // In format 2 every glyph has a picture, so its section ends before the joiner.
    let last = indexFormat == 2 ? 3 : 5
    let sections = u16(1, last) + u32(8) + index
    let measures = [UInt8](repeating: 0, count: 24)
    let strikes = [(side: 8, sections: 1), (side: 16, sections: 1)].map { strike in
      u32(8 + 2 * 48, sections.count, strike.sections, 0) + measures + u16(1, last)
        + [UInt8(strike.side), UInt8(strike.side), 32, 1]
    }
    return u16(3, 0) + u32(2) + strikes.joined() + sections
  }

  private var substitutions: [UInt8] {
    let ligature = u16(5, 3, 4, 3)
    let coverage = isIndirect ? u16(2, 1, 2, 2, 0) : u16(1, 1, 2)
    let substitution = u16(1, 8 + 4 + ligature.count, 1, 8) + u16(1, 4) + ligature + coverage
    let subtable = isIndirect ? u16(1, 4) + u32(8) + substitution : substitution
    let lookup = u16(isIndirect ? 7 : 4, 0, 1, 8) + subtable
    return u16(1, 0, 10, 10, 10) + u16(1, 4) + lookup
  }

  private var characterMap: [UInt8] {
    let groups = Self.characters.flatMap { entry in
      u32(Int(entry.scalar.value), Int(entry.scalar.value), entry.glyph)
    }
    return u16(0, 1) + u16(3, 10) + u32(12) + u16(12, 0) + u32(16 + groups.count, 0)
      + u32(Self.characters.count) + groups
  }
}

/// Whole numbers in two bytes each.
func u16(_ values: Int...) -> [UInt8] {
  values.flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
}

/// Whole numbers in four bytes each.
func u32(_ values: Int...) -> [UInt8] {
  values.flatMap { u16($0 >> 16, $0) }
}
