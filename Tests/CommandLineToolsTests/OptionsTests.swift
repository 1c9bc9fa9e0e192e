import ArgumentParser
import CommandLineTools
import Images
import Logging
import Testing

@Suite struct OptionsTests {
  @Test func threads() throws {
    #expect(try ThreadOptions.parse(["--threads", "3"]).count == 3)
    #expect(try ThreadOptions.parse(["--threads", "1024"]).count == 1024)
    #expect(try ThreadOptions.parse([]).count >= 1)
    for wrong in ["0", "-1", "1025", "two", "1.5", "99999999999999999999"] {
      #expect(throws: (any Error).self) { try ThreadOptions.parse(["--threads=\(wrong)"]) }
    }
  }

  @Test func seed() throws {
    #expect(try SeedOptions.parse([]).seed == 0)
    #expect(try SeedOptions.parse(["--seed", "18446744073709551615"]).seed == .max)
    #expect(throws: (any Error).self) { try SeedOptions.parse(["--seed=-1"]) }
  }

  @Test func images() throws {
    let plain = try ImageOptions.parse(["--images", "a"])
    #expect(plain.images == "a" && plain.labels == nil)
    let full = try ImageOptions.parse(["--images", "a", "--labels", "b", "--bad-images", "skip"])
    #expect(full.labels == "b" && full.badImages == .skip)
  }

  @Test func shapesOfImages() throws {
    let plain = try ImageShapeOptions.parse([])
    #expect(plain.size == nil && plain.color == nil)
    let full = try ImageShapeOptions.parse(["--size", "48x64", "--grey"])
    #expect(full.size?.height == 48 && full.size?.width == 64 && full.color == .grey)
    #expect(try ImageShapeOptions.parse(["--color"]).color == .color)
    #expect(throws: (any Error).self) { try ImageShapeOptions.parse(["--color", "--grey"]) }
  }

  @Test func rowsOfTables() throws {
    let options = try ImageOptions.parse(
      ["--images", "a", "--labels", "b", "--where", "split=train", "--where", "n=a=b"])
    #expect(
      options.conditions == [
        RowCondition(column: "split", value: "train"), RowCondition(column: "n", value: "a=b"),
      ])
    for wrong in ["split", "=train", ""] {
      #expect(throws: (any Error).self) {
        try ImageOptions.parse(["--images", "a", "--labels", "b", "--where", wrong])
      }
    }
  }

  @Test func windows() throws {
    #expect(try CropOptions.parse([]).scale == nil)
    #expect(try CropOptions.parse(["--crop"]).scale == 0.25...1)
    #expect(try CropOptions.parse(["--crop", "--crop-scale", "0.5,0.75"]).scale == 0.5...0.75)
    for wrong in ["", "0.5", "0.5,", "0,1", "0.5,1.5", "1,0.5", "nan,1", "0.1,0.2,0.3"] {
      #expect(throws: (any Error).self) {
        try CropOptions.parse(["--crop", "--crop-scale", wrong])
      }
    }
  }

  @Test(arguments: [("64", 64, 64), ("48x64", 48, 64), ("1X8192", 1, 8192)])
  func size(text: String, height: Int, width: Int) {
    #expect(ImageSize(argument: text) == ImageSize(height: height, width: width))
  }

  @Test(arguments: ["", "x", "0", "-4", "64x", "x64", "1x2x3", "8193", "64 x 64", "64x1e3"])
  func impossibleSize(text: String) {
    #expect(ImageSize(argument: text) == nil)
  }

  @Test func aMuteConsoleTellsErrorsOnly() {
    let recorder = Recorder()
    let console = recorder.console(isTerminal: true)
    console.mute()
    console.writeLine("progress")
    console.showPassingLine("passing")
    struct Failure: Error, CustomStringConvertible { let description = "two\nlines" }
    console.writeError(Failure(), of: "process 1 of 2")
    console.writeError(Failure())
    #expect(recorder.output == "error: process 1 of 2: two lines\nerror: two lines\n")
  }

  @Test func logMessagesAreLinesForTheUser() {
    let recorder = Recorder()
    var logger = Logger(label: "test") { _ in
      ConsoleLogHandler(console: recorder.console(isTerminal: false))
    }
    logger[metadataKey: "run"] = "7"
    logger.debug("unseen")
    logger.info("plain", metadata: ["a": "1"])
    logger.warning("careful")
    #expect(recorder.output == "plain (a: 1, run: 7)\nwarning: careful (run: 7)\n")
  }
}
