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

  /// So many emoji of one picture, told apart by how often colour is asked for before and after.
  private func emoji(_ count: Int, of character: Unicode.Scalar, in group: String) -> [Emoji] {
    func selectors(_ count: Int) -> [Unicode.Scalar] { Array(repeating: "\u{fe0f}", count: count) }
    return (0..<count).map {
      Emoji(selectors($0 / 10) + [character] + selectors($0 % 10), group: group)
    }
  }

  @Test func neighboursAreTrainedOnOrTestedWithTogether() throws {
    let smileys = emoji(70, of: "\u{1f600}", in: "Smileys & Emotion")
    let people = emoji(7, of: "\u{1f466}", in: "People")
    let extraction = try EmojiExtraction(of: smileys + people, from: font)
    #expect((extraction.trainingCount, extraction.testCount) == (59, 18))
    try extraction.write(to: "\(folder.path)/out") { _ in }
    let tested =
      (smileys[..<6] + smileys[60..<66]).map { "smileys-and-emotion/\($0.codePoints).png" }
      + people[..<6].map { "people/\($0.codePoints).png" }
    #expect(try folder.files(in: "out/test") == tested.sorted())
    let trained = try folder.files(in: "out/train")
    #expect(trained.count == 59 && trained.contains("people/\(people[6].codePoints).png"))
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
    let image = try Image(contentsOf: "\(folder.path)/out/test/a/1f601.png", color: .color)
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
