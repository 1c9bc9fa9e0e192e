/// A TrueType font whose glyphs are coloured bitmaps, as Noto Color Emoji.
///
/// Read by ourselves: four tables are all it takes, and a font library would be another one in C that
/// untrusted bytes reach.
public struct ColorFont {
  /// The path of the font.
  public let path: String
  private let characters: CharacterMap
  private let ligatures: Ligatures
  private let strike: BitmapStrike

  /// Reads the font at `path`.
  ///
  /// Throws a `FileError` if it cannot be read, is damaged, or has no coloured bitmaps.
  public init(path: String) throws {
    self.path = path
    let font = try FontData(path: path)
    strike = try BitmapStrike(
      locations: font.table("CBLC"), pictures: font.table("CBDT"))
    characters = try CharacterMap(font.table("cmap"))
    ligatures = try Ligatures(font.table("GSUB"))
  }

  /// The PNG of what a sequence of characters is drawn as; nil if the font draws no one picture.
  ///
  /// It shares the memory of the font. Throws a `FileError` if the font turns out to be damaged.
  public func png(of sequence: [Unicode.Scalar]) throws -> ArraySlice<UInt8>? {
    let drawn = sequence.filter { !isPresentationSelector($0) || characters.glyph(of: $0) != nil }
    let glyphs = drawn.compactMap(characters.glyph)
    guard glyphs.count == drawn.count else { return nil }
    let glyph = glyphs.count == 1 ? glyphs[0] : ligatures[glyphs]
    return try glyph.flatMap(strike.png)
  }

  /// Whether a character asks for its predecessor in colour, which a font of colour gives unasked.
  private func isPresentationSelector(_ character: Unicode.Scalar) -> Bool {
    character == "\u{fe0f}"
  }
}
