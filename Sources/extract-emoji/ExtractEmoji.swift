import ArgumentParser
import CommandLineTools
import Emoji

/// Before the stages: a font of colour emoji in, folders of PNGs out.
@main
struct ExtractEmoji: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "extract-emoji",
    abstract: "Write the emoji of a colour font as PNGs, in a folder for each group.",
    discussion: """
      The pictures are those the font holds. Writes train/GROUP/CODE-POINTS.png and test/GROUP/… to \
      the --output folder, a tenth for tests; neighbours in the list, which are often alike, stay \
      together. Emoji with skin tones are left out.

      The defaults are where Debian's packages fonts-noto-color-emoji and unicode-data put the files.

      EXAMPLE
        extract-emoji --output output/emoji/images
      """,
    version: buildDescription)

  @Option(help: ArgumentHelp("A font of coloured bitmaps.", valueName: "path"))
  var font = "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"

  @Option(help: ArgumentHelp("Unicode's list of emoji and their groups.", valueName: "path"))
  var list = "/usr/share/unicode/emoji/emoji-test.txt"

  @Option(help: ArgumentHelp("The folder to write.", valueName: "folder"))
  var output: String

  func perform() throws {
    Interruption.install()
    let emoji = try EmojiList.read(list)
    let extraction = try EmojiExtraction(of: emoji, from: ColorFont(path: font))
    let progress = ProgressReporter(
      "extract-emoji", total: extraction.trainingCount + extraction.testCount, unit: "picture")
    try extraction.write(to: output) {
      progress.report($0)
      try Interruption.throwIfRequested()
    }
    progress.finish()
    print(
      "\(extraction.trainingCount) pictures to train on and \(extraction.testCount) to test with, "
        + "in \(extraction.classCount) classes; \(extraction.missingCount) emoji are not in the font"
    )
  }
}
