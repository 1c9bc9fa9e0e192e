import Emoji
import Testing

/// What is read from Unicode's list, and what is refused.
@Suite struct EmojiListTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func read(_ text: String) throws -> [Emoji] {
    try EmojiList.read(folder.write(text.utf8, to: "list.txt"))
  }

  @Test func fullyQualifiedEmojiAreReadWithTheirGroups() throws {
    let emoji = try read(
      """
      # emoji-test.txt
      # group: Food & Drink

      # subgroup: drink
      2615 ; fully-qualified # ☕ E0.6 hot beverage
      263A FE0F\t; fully-qualified # ☺️ E0.6 smiling face
      263A ; unqualified # ☺ E0.6 smiling face
      # group: People & Body
      1F44B 1F3FB ; fully-qualified # 👋🏻 E1.0 waving hand: light skin tone
      """)
    #expect(
      emoji == [
        Emoji(["\u{2615}"], group: "Food & Drink"),
        Emoji(["\u{263a}", "\u{fe0f}"], group: "Food & Drink"),
        Emoji(["\u{1f44b}", "\u{1f3fb}"], group: "People & Body"),
      ])
    #expect(emoji.map(\.hasSkinTone) == [false, false, true])
    #expect(emoji.map(\.codePoints) == ["2615", "263a-fe0f", "1f44b-1f3fb"])
  }

  @Test(arguments: [
    ("", "lists no emoji"), ("# group: Food", "lists no emoji"),
    ("2615 ; fully-qualified", "has something else in line 1 than code points and their status"),
    (
      "# group: Food\nD800 ; fully-qualified",
      "has something else in line 2 than code points and their status"
    ),
    (
      "# group: Food\n; fully-qualified",
      "has something else in line 2 than code points and their status"
    ),
    (
      "# group: Food\n2615 fully-qualified",
      "has something else in line 2 than code points and their status"
    ),
  ])
  func whatIsNoSuchListIsRefused(text: String, problem: String) throws {
    #expect {
      try read(text)
    } throws: {
      "\($0)" == "\(folder.path)/list.txt \(problem); pass Unicode's emoji-test.txt"
    }
  }
}
