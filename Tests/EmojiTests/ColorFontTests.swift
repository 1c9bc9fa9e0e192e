import Emoji
import Foundation
import Images
import Testing

/// Fonts of all formats, and fonts that are none.
@Suite struct ColorFontTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func font(_ bytes: [UInt8]) throws -> ColorFont {
    try ColorFont(path: folder.write(bytes, to: "font.ttf"))
  }

  private func picture(of characters: [Unicode.Scalar], in font: ColorFont) throws -> Image? {
    try font.png(of: characters).map {
      try Image(pngBytes: Array($0), name: "picture", color: .color)
    }
  }

  @Test(arguments: 1...5, 17...19)
  func everyFormatHasItsPictures(index: Int, image: Int) throws {
    let font = try font(SmallFont(indexFormat: index, imageFormat: image).bytes())
    for (scalar, glyph) in SmallFont.characters where glyph != 4 {
      #expect(try picture(of: [scalar], in: font) == SmallFont.picture(of: glyph))
    }
    if index != 2 { #expect(try font.png(of: ["\u{200d}"]) == nil) }
    #expect(try font.png(of: ["A"]) == nil)
  }

  @Test(arguments: [false, true])
  func sequencesAreLigatures(isIndirect: Bool) throws {
    let font = try font(SmallFont(isIndirect: isIndirect).bytes())
    let family: [Unicode.Scalar] = ["\u{1f601}", "\u{200d}", "\u{1f466}"]
    #expect(try picture(of: family, in: font) == SmallFont.picture(of: 5))
    // Asking for colour changes nothing; two pictures side by side are no picture.
    #expect(try picture(of: family + ["\u{fe0f}"], in: font) == SmallFont.picture(of: 5))
    #expect(try font.png(of: Array(family.prefix(2))) == nil)
    #expect(try font.png(of: ["\u{1f600}", "\u{1f600}"]) == nil)
    #expect(try font.png(of: []) == nil)
  }

  /// The line that refuses a font, less its path.
  private func refusal(of bytes: [UInt8]) -> String? {
    do {
      let font = try font(bytes)
      for (scalar, _) in SmallFont.characters { _ = try font.png(of: [scalar]) }
      return nil
    } catch {
      return "\(error)".replacingOccurrences(of: "\(folder.path)/", with: "")
    }
  }

  private func replacing(_ tag: String, with other: String) throws -> [UInt8] {
    var bytes = try SmallFont().bytes()
    let place = try #require(bytes.firstRange(of: Array(tag.utf8)))
    bytes.replaceSubrange(place, with: Array(other.utf8))
    return bytes
  }

  @Test func whatIsNoFontOfColoursIsRefusedByName() throws {
    #expect(
      refusal(of: Array("OTTO, not a TrueType font".utf8))
        == "font.ttf is not a TrueType font; pass a .ttf file")
    #expect(
      try refusal(of: replacing("CBDT", with: "glyf"))
        == "font.ttf has no table 'CBDT'; pass a font of coloured bitmaps, as Noto Color Emoji")
  }

  @Test func damageIsRefusedByName() throws {
    let whole = try SmallFont().bytes()
    #expect(
      refusal(of: Array(whole.dropLast(1)))
        == "font.ttf is damaged: its list of tables ends too early; install the font again")
    #expect(
      try refusal(of: replacing("PNG", with: "GIF"))
        == "font.ttf is damaged: its table 'CBDT' has something else where the PNG of glyph 1 "
        + "belongs; install the font again")
    #expect(
      try refusal(of: SmallFont(indexFormat: 1, imageFormat: 16).bytes())
        == "font.ttf is damaged: its table 'CBDT' has pictures of format 16, which are not PNGs; "
        + "install the font again")
  }

  @Test func aFontCutShortAnywhereIsRefused() throws {
    let whole = try SmallFont().bytes()
    for length in 0..<whole.count {
      #expect(refusal(of: Array(whole.prefix(length)))?.hasPrefix("font.ttf ") == true)
    }
  }
}
