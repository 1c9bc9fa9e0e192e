import Artifacts
import Foundation
import Models
import ProcessTesting
import Testing

/// A finished training goes on when the same command is run with more steps.
@Suite struct LongerTests {
  private let pipeline: Pipeline
  private let own: TemporaryFolder

  init() throws {
    pipeline = try Pipeline.shared.get()
    own = try TemporaryFolder()
    for input in ["images", "codes.safetensors"] { try own.copy(pipeline.folder(input), to: input) }
  }

  private func training(_ name: String, steps: Int) throws -> Command {
    try #require(Pipeline.trainings[name]).with("--steps", "\(steps)")
  }

  private func loggedSteps(_ name: String) throws -> [Int] {
    try String(decoding: own.read("\(name).metrics.jsonl"), as: UTF8.self).split(separator: "\n")
      .map { try #require($0.firstMatch(of: /"step":([0-9]+)/).flatMap { Int($0.1) }) }
  }

  @Test(arguments: ["vqvae", "prior-top", "classifier"])
  func moreStepsGoOnFromTheEnd(name: String) throws {
    let rates = ["vqvae": "0.0015", "prior-top": "0.001", "classifier": "0.002"]
    let first = try training(name, steps: 60).run(in: own)
    #expect(first.code == 0, "\(first.errors)")
    let longer = try training(name, steps: 120).with("--checkpoint-interval", "0.02")
    let whole = try longer.run(in: own)
    #expect(whole.code == 0, "\(whole.errors)")
    #expect(
      whole.errorLines.prefix(2) == [
        "\(name).safetensors was finished after 60 steps; its schedule is stretched to 120, with a "
          + "learning rate that falls again from \(try #require(rates[name]))",
        "going on after step 60 of 120",
      ])
    #expect(try loggedSteps(name) == (1...20).map { 3 * $0 } + (11...20).map { 6 * $0 })
    let file = try SafetensorsFile(path: own("\(name).safetensors"))
    let configuration = try #require(file.metadata["configuration"])
    #expect(configuration.contains("\"earlier\":[{\"learningRate\":0.00"))
    #expect(configuration.contains("\"steps\":60,\"stepsTaken\":60,\"warmup\":3}]"))

    let again = try longer.run(in: own)
    #expect(again.output == "\(name).safetensors is finished; remove it to train again\n")
    let other = try TemporaryFolder()
    for input in ["images", "codes.safetensors"] { try other.copy(own(input), to: input) }
    #expect(try training(name, steps: 60).run(in: other).code == 0)
    for delay: UInt32 in [30_000, 60_000, 90_000, 120_000, 150_000] {
      let running = try longer.start(in: other)
      usleep(delay)
      running.send(signal: SIGKILL)
      _ = running.finish()
    }
    #expect(try longer.run(in: other).code == 0)
    #expect(try other.read("\(name).safetensors") == own.read("\(name).safetensors"))
    #expect(try other.files().filter { isTemporary($0) || $0.contains("checkpoint") } == [])
  }

  @Test func theExtraStepsMayHaveARateOfTheirOwn() throws {
    #expect(try training("classifier", steps: 40).run(in: own).code == 0)
    let command = try training("classifier", steps: 80).with("--learning-rate", "1e-4")
    let outcome = try command.run(in: own)
    #expect(outcome.code == 0)
    #expect(
      outcome.errorLines.first
        == "classifier.safetensors was finished after 40 steps; its schedule is stretched to 80, with a "
        + "learning rate that falls again from 0.0001")
    let twice = try training("classifier", steps: 120).run(in: own)
    #expect(twice.code == 0)
    let metadata = try SafetensorsFile(path: own("classifier.safetensors")).metadata
    #expect(metadata["configuration"]?.contains("{\"learningRate\":0.0001,") == true)
  }

  @Test func oneThatRanOutOfPatienceGoesOn() throws {
    let command = try training("classifier", steps: 400).with("--patience", "2")
    #expect(try command.run(in: own).code == 0)
    let end = try #require(loggedSteps("classifier").last)
    #expect(end < 400)
    let outcome = try command.with("--steps", "800").run(in: own)
    #expect(outcome.code == 0)
    #expect(outcome.errorLines.dropFirst().first == "going on after step \(end) of 800")
    #expect(try loggedSteps("classifier").last.map { $0 > end } == true)
    let metadata = try SafetensorsFile(path: own("classifier.safetensors")).metadata
    #expect(metadata["configuration"]?.contains("\"stepsTaken\":\(end),") == true)
  }

  /// It may be killed between the last checkpoint and the model, and between the model and the checkpoint's
  /// new name.
  @Test(arguments: [true, false])
  func killedInTheVeryEnd(hasModel: Bool) throws {
    let command = try training("prior-top", steps: 60)
    #expect(try command.run(in: own).code == 0)
    let before = try filesButThePage()
    try own.move("prior-top.finished.safetensors", to: "prior-top.checkpoint.safetensors")
    if !hasModel { try own.move("prior-top.safetensors", to: "old") }
    #expect(try command.run(in: own).code == 0)
    #expect(try filesButThePage().filter { $0.key != "old" } == before)
  }

  /// The training page says when it was written.
  private func filesButThePage() throws -> [String: Data] {
    try own.snapshot().filter { !$0.key.hasSuffix(".training.html") }
  }

  @Test func refusals() throws {
    let command = try training("classifier", steps: 40)
    #expect(try command.run(in: own).code == 0)
    let other =
      "classifier.safetensors is there already, trained with other settings; remove it to train "
      + "again, or choose another --output"
    try expectRefusal(command.with("--steps", "80", "--seed", "1"), in: own, other)
    try expectRefusal(command.with("--steps", "39"), in: own, other)
    try FileManager.default.removeItem(atPath: own("classifier.finished.safetensors"))
    let model = try own.read("classifier.safetensors")
    try expectRefusal(
      command.with("--steps", "80"), in: own,
      "classifier.safetensors is finished, and classifier.finished.safetensors, the state from which "
        + "more steps would go on, is gone; remove it to train from the beginning, or begin another "
        + "with its weights: --start-from")
    #expect(try own.read("classifier.safetensors") == model)
  }

  @Test func oneThatIsNotFinishedIsFinishedFirst() throws {
    let command = try #require(Pipeline.trainings["classifier"])
    let running = try command.start(in: own)
    #expect(running.waitForError(": step "))
    running.send(signal: SIGINT)
    #expect(running.finish().code == 130)
    try expectRefusal(
      command.with("--steps", "1000"), in: own,
      "classifier.checkpoint.safetensors was left by a training with other settings; remove it to "
        + "start from the beginning, or finish it with --steps \(Command.classifierSteps) before it "
        + "goes on to more")
  }
}
