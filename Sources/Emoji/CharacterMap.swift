/// The glyphs of single characters: a font's table `cmap`, in the format of all of Unicode, 12.
struct CharacterMap {
  /// Characters that follow one another, whose glyphs do so too.
  private struct Run {
    let characters: ClosedRange<Int>
    let firstGlyph: Int
  }

  /// In the order of their characters.
  private let runs: [Run]

  /// Reads the table; throws a `FileError` if it is damaged or of another format only.
  init(_ table: FontData) throws {
    for index in 0..<(try table.unsigned16(at: 2)) {
      let subtable = try table.part(at: table.unsigned32(at: 4 + 8 * index + 4))
      guard try subtable.unsigned16(at: 0) == 12 else { continue }
      let groups = try subtable.part(at: 16)
      let count = try subtable.unsigned32(at: 12)
      guard count <= groups.count / 12 else { throw table.problem("ends too early") }
      runs = try (0..<count).map { group in
        let first = try groups.unsigned32(at: 12 * group)
        let last = try groups.unsigned32(at: 12 * group + 4)
        guard first <= last else { throw table.problem("has a range that ends before it starts") }
        return Run(
          characters: first...last, firstGlyph: try groups.unsigned32(at: 12 * group + 8))
      }
      return
    }
    throw table.problem("maps no characters in format 12")
  }

  /// The glyph of a character; nil if the font has none.
  func glyph(of character: Unicode.Scalar) -> Int? {
    let value = Int(character.value)
    var (low, high) = (0, runs.count)
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].characters.upperBound < value { low = middle + 1 } else { high = middle }
    }
    guard low < runs.count, runs[low].characters.contains(value) else { return nil }
    return runs[low].firstGlyph + value - runs[low].characters.lowerBound
  }
}
