/// The pictures of glyphs at one size, each a PNG: a font's tables `CBLC`, which says where they
/// are, and `CBDT`, which holds them.
struct BitmapStrike {
  /// Glyphs that follow one another and whose pictures are found in the same way.
  fileprivate struct Section {
    let glyphs: ClosedRange<Int>
    let index: FontData
  }

  private let sections: [Section]
  private let pictures: FontData

  /// Reads the strike of the largest pictures a font has.
  ///
  /// Throws a `FileError` if the tables are damaged or hold no strike.
  init(locations: FontData, pictures: FontData) throws {
    self.pictures = pictures
    let count = try locations.unsigned32(at: 4)
    guard count > 0, count <= locations.count / 48 else {
      throw locations.problem("has no bitmaps, or more than fit into it")
    }
    let sizes = try (0..<count).map { try locations.part(at: 8 + 48 * $0, count: 48) }
    let heights = try sizes.map { try $0.unsigned8(at: 45) }
    let largest = heights.indices.reduce(0) { heights[$1] > heights[$0] ? $1 : $0 }

    let list = try locations.part(at: sizes[largest].unsigned32(at: 0))
    let sectionCount = try sizes[largest].unsigned32(at: 8)
    // There are 65,536 glyphs at most, and each section has one of its own.
    guard sectionCount <= min(list.count / 8, 1 << 16) else {
      throw locations.problem("has more sections than there are glyphs")
    }
    sections = try (0..<sectionCount).map { section in
      let first = try list.unsigned16(at: 8 * section)
      let last = try list.unsigned16(at: 8 * section + 2)
      guard first <= last else {
        throw locations.problem("has a range that ends before it starts")
      }
      return Section(
        glyphs: first...last, index: try list.part(at: list.unsigned32(at: 8 * section + 4)))
    }
  }

  /// The PNG of a glyph; nil if it has none.
  ///
  /// Throws a `FileError` if the tables are damaged or hold no PNG there.
  func png(of glyph: Int) throws -> ArraySlice<UInt8>? {
    guard let section = sections.first(where: { $0.glyphs.contains(glyph) }),
      let place = try section.place(of: glyph), !place.isEmpty
    else { return nil }
    let start = try section.index.unsigned32(at: 4)
    let entry = try pictures.part(at: start + place.lowerBound, count: place.count)
    // Before the picture stand its measures, in the short form, the long form, or not at all.
    let measures = [17: 5, 18: 8, 19: 0]
    let format = try section.index.unsigned16(at: 2)
    guard let length = measures[format] else {
      throw pictures.problem("has pictures of format \(format), which are not PNGs")
    }
    let png = try entry.part(at: length + 4, count: entry.unsigned32(at: length)).bytes
    guard png.starts(with: [0x89, 0x50, 0x4e, 0x47]) else {
      throw pictures.problem("has something else where the PNG of glyph \(glyph) belongs")
    }
    return png
  }
}

extension BitmapStrike.Section {
  /// Where the entry of a glyph lies from the start of the section's pictures; nil if it has none.
  fileprivate func place(of glyph: Int) throws -> Range<Int>? {
    let number = glyph - glyphs.lowerBound
    switch try index.unsigned16(at: 0) {
    case 1:
      return try range(
        from: index.unsigned32(at: 8 + 4 * number), to: index.unsigned32(at: 12 + 4 * number))
    case 2:
      return try range(number: number, size: index.unsigned32(at: 8))
    case 3:
      return try range(
        from: index.unsigned16(at: 8 + 2 * number), to: index.unsigned16(at: 10 + 2 * number))
    case 4:
      guard let found = try position(of: glyph, among: index.unsigned32(at: 8), from: 12, every: 4)
      else { return nil }
      return try range(
        from: index.unsigned16(at: 14 + 4 * found), to: index.unsigned16(at: 18 + 4 * found))
    case 5:
      let count = try index.unsigned32(at: 20)
      guard let found = try position(of: glyph, among: count, from: 24, every: 2) else {
        return nil
      }
      return try range(number: found, size: index.unsigned32(at: 8))
    default:
      throw index.problem("has an index of an unknown format")
    }
  }

  /// The position of a glyph in a list of `count` glyphs that starts at `offset`.
  private func position(
    of glyph: Int, among count: Int, from offset: Int, every stride: Int
  ) throws -> Int? {
    guard count <= glyphs.count else { throw index.problem("lists more glyphs than there are") }
    return try (0..<count).first { try index.unsigned16(at: offset + stride * $0) == glyph }
  }

  private func range(number: Int, size: Int) throws -> Range<Int> {
    try range(from: number * size, to: (number + 1) * size)
  }

  private func range(from start: Int, to end: Int) throws -> Range<Int> {
    guard start <= end else { throw index.problem("has a picture that ends before it starts") }
    return start..<end
  }
}
