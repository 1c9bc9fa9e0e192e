/// The glyphs that sequences of glyphs are drawn as: the ligatures of a font's table `GSUB`.
///
/// Emoji fonts draw flags, keycaps, skin tones and joined emoji so. Substitutions that depend on the
/// neighbours of a sequence are left out: an emoji that stands alone needs none.
struct Ligatures {
  private static let ligatureLookup = 4
  private static let extensionLookup = 7
  /// More numbers than a font of all emoji has ten times over; lists may be told to overlap.
  private static let maximumSize = 1 << 20

  private var glyphs: [[Int]: Int] = [:]
  private var size = 0

  /// Reads the table; throws a `FileError` if it is damaged or beyond all measure.
  init(_ table: FontData) throws {
    let lookups = try table.part(at: table.unsigned16(at: 8))
    for index in 0..<(try lookups.unsigned16(at: 0)) {
      try count(1, in: table)
      let lookup = try lookups.part(at: lookups.unsigned16(at: 2 + 2 * index))
      let kind = try lookup.unsigned16(at: 0)
      for subtable in 0..<(try lookup.unsigned16(at: 4)) {
        try count(1, in: table)
        let substitution = try lookup.part(at: lookup.unsigned16(at: 6 + 2 * subtable))
        if kind == Self.ligatureLookup {
          try add(substitution)
        } else if kind == Self.extensionLookup,
          try substitution.unsigned16(at: 2) == Self.ligatureLookup
        {
          try add(substitution.part(at: substitution.unsigned32(at: 4)))
        }
      }
    }
  }

  /// The glyph that `sequence` as a whole is drawn as; nil if there is none.
  subscript(sequence: [Int]) -> Int? { glyphs[sequence] }

  /// Adds the ligatures of one substitution: a set for each glyph they may start with.
  private mutating func add(_ substitution: FontData) throws {
    guard try substitution.unsigned16(at: 0) == 1 else { return }
    let firsts = try readCoverage(substitution.part(at: substitution.unsigned16(at: 2)))
    let setCount = try substitution.unsigned16(at: 4)
    for (index, first) in firsts.prefix(setCount).enumerated() {
      let set = try substitution.part(at: substitution.unsigned16(at: 6 + 2 * index))
      for place in 0..<(try set.unsigned16(at: 0)) {
        let ligature = try set.part(at: set.unsigned16(at: 2 + 2 * place))
        let length = try ligature.unsigned16(at: 2)
        guard length > 0 else { throw set.problem("has a ligature of nothing") }
        try count(length, in: set)
        let rest = try (0..<length - 1).map { try ligature.unsigned16(at: 4 + 2 * $0) }
        // Where two make the same sequence, the earlier has it.
        let glyph = try ligature.unsigned16(at: 0)
        glyphs[[first] + rest] = glyphs[[first] + rest] ?? glyph
      }
    }
  }

  /// The glyphs of a coverage table, in order.
  private mutating func readCoverage(_ coverage: FontData) throws -> [Int] {
    let entries = try coverage.unsigned16(at: 2)
    guard try coverage.unsigned16(at: 0) == 2 else {
      try count(entries, in: coverage)
      return try (0..<entries).map { try coverage.unsigned16(at: 4 + 2 * $0) }
    }
    var glyphs: [Int] = []
    for entry in 0..<entries {
      let first = try coverage.unsigned16(at: 4 + 6 * entry)
      let last = try coverage.unsigned16(at: 6 + 6 * entry)
      guard first <= last else { throw coverage.problem("has a range that ends before it starts") }
      try count(last - first + 1, in: coverage)
      glyphs += first...last
    }
    return glyphs
  }

  private mutating func count(_ numbers: Int, in table: FontData) throws {
    size += numbers
    guard size <= Self.maximumSize else {
      throw table.problem("has more than \(Self.maximumSize) numbers in its ligatures")
    }
  }
}
