import Evaluation
import Foundation
import ProcessTesting
import Testing

/// What tune-rejection draws and writes where it compares ways of drawing.
@Suite struct FrontierTests {
  private let pipeline: Pipeline
  private let own: TemporaryFolder

  init() throws {
    pipeline = try Pipeline.shared.get()
    own = try TemporaryFolder()
  }

  private struct Report: Decodable {
    struct Pool: Decodable {
      struct Dial: Decodable {
        let settings: [SettingFigures]
        let commands: [String]
      }
      let name: String
      let candidates: Int
      let dials: [Dial]
    }
    let pools: [Pool]
    let recommended: FrontierChoice
  }

  private func tune(_ flags: String..., output: String = "report") -> Command {
    Command(
      "tune-rejection",
      [
        "--models", pipeline.folder.path, "--images", pipeline.folder("images"), "--output", output,
        "--draw", "4", "--threads", "1",
      ] + flags)
  }

  private func report() throws -> Report {
    try JSONDecoder().decode(Report.self, from: own.read("report/report.json"))
  }

  private func pool(_ name: String) -> String { "report/pools/\(name)/samples.safetensors" }

  @Test func eachCombinationIsAPoolAsSampleImagesDrawsIt() throws {
    let outcome = try tune("--guidance", "1,2", "--temperature", "1", "--temperature", "bottom=0.5")
      .run(in: own)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let names = [
      "plain", "temperature-bottom=0.5", "temperature-bottom=0.5-guidance-2.0", "guidance-2.0",
    ]
    #expect(
      try own.files()
        == (["frontier.png", "report.html", "report.json"].map { "report/" + $0 } + names.map(pool))
        .sorted())
    let written = try report()
    #expect(
      written.pools.map(\.name) == [
        "plain sampling", "temperature bottom=0.5", "guidance 2.0",
        "temperature bottom=0.5, guidance 2.0",
      ])
    #expect(written.pools.allSatisfy { $0.candidates == 12 })
    let sampling = Command.sampleImages(models: pipeline.folder.path, count: 4, output: "drawn")
      .with("--guidance", "2", "--temperature", "bottom=0.5")
    #expect(try sampling.run(in: own).code == 0)
    #expect(try own.read(pool(names[2])) == own.read("drawn/samples.safetensors"))
    let command = written.pools[3].dials[0].commands[0]
    #expect(command.contains(" --temperature bottom=0.5 --guidance 2.0 --seed 0 "), "\(command)")
    #expect(outcome.output.contains("\nRecommended: plain sampling. There are too few samples"))
    // All images are compared with, and none is left to say what can be had.
    #expect(outcome.output.contains("none but those compared with"))
    #expect(written.pools[0].dials[0].settings[0].ceiling == nil)
  }

  @Test func whatIsDrawnIsNotDrawnAgain() throws {
    let command = tune("--temperature", "0.5")
    #expect(try command.run(in: own).code == 0)
    let before = try own.snapshot()
    try FileManager.default.removeItem(atPath: own(pool("plain")))
    let second = try command.run(in: own)
    #expect(second.code == 0 && second.errors.contains("drawing, plain sampling"))
    #expect(!second.errors.contains("drawing, temperature"))
    #expect(try own.snapshot() == before)
    try expectRefusal(
      command.with("--draw", "5"), in: own,
      "report/pools/plain/samples.safetensors is there already, with other candidates than these "
        + "flags draw; remove it, or choose another --output")
  }

  @Test func shardsAreThePoolsOfOneProcess() throws {
    let command = tune("--temperature", "0.5")
    #expect(try command.run(in: own).code == 0)
    let whole = try own.snapshot(of: "report")
    let shared = tune("--temperature", "0.5", output: "shared")
    for shard in ["1/2", "2/2", "2/2"] {
      #expect(try shared.with("--shard", shard).run(in: own).code == 0)
    }
    #expect(
      try own.files(in: "shared/pools/plain")
        == ["samples-1-of-2.safetensors", "samples-2-of-2.safetensors"])
    #expect(try shared.run(in: own).code == 0)
    for name in ["plain", "temperature-0.5"] {
      let path = "pools/\(name)/samples.safetensors"
      #expect(try own.read("shared/\(path)") == whole[path])
    }
  }

  @Test func otherTrainingImagesAreTheCeiling() throws {
    try own.writeShapes(to: "more", count: 30)
    let outcome = try tune("--temperature", "0.5", "--train-images", "more").run(in: own)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let plain = try report().pools[0].dials[0].settings[0]
    #expect(try #require(plain.ceiling).judgedAccuracy != nil)
  }

  @Test(arguments: [
    (["--guidance=-1"], "--guidance lies between 0 and 100."),
    (["--guidance", "1,x"], "The value '1,x' is invalid for '--guidance <g,…>'"),
    (["--temperature", "0"], "--temperature is positive."),
    (["--temperature", "middle=0.5"], "There is no level 'middle'; there are: top, bottom."),
    (["--guidance", "2", "--recall-at-least", "2"], "--recall-at-least lies between 0 and 1."),
    (
      ["--guidance", "2", "--keep", "0.5"],
      "--keep is of one pool, and --guidance and --temperature draw several; leave out one of them."
    ),
    (
      ["--samples", "samples", "--shard", "1/2"],
      "--recall-at-least and --shard need --guidance or --temperature to draw pools with."
    ),
    ([], "Give --samples, or --guidance or --temperature to draw with."),
  ])
  func mistakes(flags: [String], message: String) throws {
    let outcome = try Command(
      "tune-rejection",
      [
        "--models", pipeline.folder.path, "--images", pipeline.folder("images"), "--output",
        "report",
      ]
        + flags
    ).run(in: own)
    #expect(outcome.code == 64 && outcome.errors.contains(message), "\(outcome.errors)")
    #expect(try own.files() == [])
  }
}
