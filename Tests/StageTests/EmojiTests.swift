import Emoji
import Foundation
import Images
import ProcessTesting
import Testing

/// The emoji of Debian's font, and those the shipped models draw.
@Suite struct EmojiTests {
  private static let font = "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"
  private static let list = "/usr/share/unicode/emoji/emoji-test.txt"
  private static var areInstalled: Bool {
    [font, list].allSatisfy(FileManager.default.fileExists)
  }
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test(
    .enabled(
      if: areInstalled,
      "fonts-noto-color-emoji and unicode-data are not installed: pipelines/emoji.sh installs them")
  )
  func everyEmojiOfTheFontIsWritten() throws {
    let outcome = try Command("extract-emoji", ["--output", "emoji"]).run(in: folder)
    let wanted = try EmojiList.read(Self.list).filter { !$0.hasSkinTone }
    let (trained, tested) = (
      try folder.files(in: "emoji/train"), try folder.files(in: "emoji/test")
    )
    // A list may be newer than the font.
    let missing = wanted.count - trained.count - tested.count
    #expect((0..<200).contains(missing))
    #expect(
      outcome.code == 0
        && outcome.output == "\(trained.count) pictures to train on and \(tested.count) to test "
          + "with, in 9 classes; \(missing) emoji are not in the font\n",
      "\(outcome)")
    let names = Set((trained + tested).map { $0.split(separator: "/")[1] })
    #expect(names.isSubset(of: wanted.map { $0.codePoints + ".png" }) && names.count > 1700)
    for part in ["train", "test"] {
      let images = try openDataset(
        path: folder("emoji/\(part)"), labels: nil, size: nil, color: .color)
      #expect(images.classNames.count == 9 && images.classNames[1] == "animals-and-nature")
    }
    // A flag is two letters that make one picture: Japan's is a red disc.
    let flag = try #require((trained + tested).first { $0.hasSuffix("/1f1ef-1f1f5.png") })
    let place = trained.contains(flag) ? "emoji/train/\(flag)" : "emoji/test/\(flag)"
    let image = try Image(contentsOf: folder(place), color: .color)
    let middle = 3 * (image.height / 2 * image.width + image.width / 2)
    #expect(image.bytes[middle] > 150 && image.bytes[middle + 1] < 80)
  }

  @Test func aFontThatIsNotThereIsNamed() throws {
    let list = "# group: A\n2615 ; fully-qualified\n"
    try folder.write(Data(list.utf8), to: "list.txt")
    let flags = ["--list", "list.txt", "--output", "emoji"]
    try expectRefusal(
      Command("extract-emoji", flags + ["--font", "nothing.ttf"]), in: folder,
      "nothing.ttf is missing; check the path")
    try expectRefusal(
      Command("extract-emoji", flags + ["--font", "list.txt"]), in: folder,
      "list.txt is not a TrueType font; pass a .ttf file")
  }

  @Test(arguments: ["digits", "emoji"])
  func theShippedModelsDrawEachClass(name: String) throws {
    let models = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../models/\(name)").standardized.path
    let outcome = try Command.sampleImages(models: models, count: 1, output: "samples")
      .with("--keep", "0.5").run(in: folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let images = try openDataset(
      path: folder("samples/images"), labels: nil, size: nil, color: .color)
    #expect(images.count == ["digits": 10, "emoji": 9][name])
    // No two alike, and none empty.
    let drawn = try (0..<images.count).map { try images.image(at: $0) }
    #expect(Set(drawn).count == drawn.count)
    #expect(drawn.allSatisfy { Set($0.bytes).count > 10 })
  }
}
