import Emoji
import Foundation
import Images
import Testing

/// The folders that pictures are written to.
@Suite struct EmojiExtractionTests {
  private let folder: TemporaryFolder
  private let font: ColorFont

  init() throws {
    folder = try TemporaryFolder()
    font = try ColorFont(path: folder.write(SmallFont().bytes(), to: "font.ttf"))
  }

  /// So many emoji of one picture, told apart by how often colour is asked for.
  private func emoji(_ count: Int, of character: Unicode.Scalar, in group: String) -> [Emoji] {
    (0..<count).map {
      Emoji([character] + [Unicode.Scalar](repeating: "\u{fe0f}", count: $0), group: group)
    }
  }

  @Test func neighboursAreTrainedOnOrTestedWithTogether() throws {
    let extraction = try EmojiExtraction(
      of: emoji(70, of: "\u{1f600}", in: "Smileys & Emotion")
        + emoji(7, of: "\u{1f466}", in: "People"), from: font)
    #expect((extraction.trainingCount, extraction.testCount) == (59, 18))
    try extraction.write(to: "\(folder.path)/out") { _ in }
    let selector = (0..<70).map { "1f600" + String(repeating: "-fe0f", count: $0) + ".png" }
    let tested = [0..<6, 60..<66].joined().map { "smileys-and-emotion/\(selector[$0])" }
    #expect(
      try folder.files(in: "out/test").filter { $0.hasPrefix("smileys") } == tested.sorted())
    let left = try folder.files(in: "out/train")
    #expect(
      left.count == 59 && left.contains("people/1f466\(String(repeating: "-fe0f", count: 6)).png"))
  }

  @Test func whatTheFontLacksAndSkinTonesAreLeftOut() throws {
    let extraction = try EmojiExtraction(
      of: [
        Emoji(["\u{1f600}"], group: "A"), Emoji(["A"], group: "A"),
        Emoji(["\u{1f466}", "\u{1f3fb}"], group: "B"),
      ], from: font)
    #expect((extraction.testCount, extraction.missingCount, extraction.classCount) == (1, 1, 1))
  }

  @Test func picturesStandInTheMiddleOfWhiteSquares() throws {
    let extraction = try EmojiExtraction(of: [Emoji(["\u{1f601}"], group: "A")], from: font)
    try extraction.write(to: "\(folder.path)/out") { _ in }
    let image = try Image(png: "\(folder.path)/out/test/a/1f601.png", color: .color)
    let white = [UInt8](repeating: 255, count: 9)
    #expect(image.bytes == SmallFont.picture(of: 2).bytes + white)
  }

  @Test func aFontOfOtherCharactersIsRefused() throws {
    #expect {
      try EmojiExtraction(of: [Emoji(["A"], group: "A")], from: font)
    } throws: {
      "\($0)" == "\(folder.path)/font.ttf draws none of the emoji; pass Noto Color Emoji"
    }
  }
}
