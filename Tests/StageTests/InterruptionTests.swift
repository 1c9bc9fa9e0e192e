import Foundation
import ProcessTesting
import Testing

/// A training that is stopped in any way and started again ends with the bytes of one that was not.
@Suite struct InterruptionTests {
  private let pipeline: Pipeline
  private let own: TemporaryFolder

  init() throws {
    pipeline = try Pipeline.shared.get()
    own = try TemporaryFolder()
  }

  @Test(
    arguments: zip(
      ["vqvae", "prior-bottom", "classifier", "prior-top"], [SIGINT, SIGINT, SIGTERM, SIGTERM]))
  func anInterruptedTrainingEndsWithTheSameBytes(name: String, signal: Int32) throws {
    for input in ["images", "codes.safetensors"] { try own.copy(pipeline.folder(input), to: input) }
    let command = try #require(Pipeline.trainings[name])

    // Killed before there is a checkpoint, it starts from nothing.
    #expect(try interrupt(command, by: SIGKILL).code == -SIGKILL)
    #expect(!own.exists("\(name).checkpoint.safetensors"))

    let asked = try interrupt(command, by: signal)
    #expect(asked.code == 128 + signal)
    let line = try #require(asked.errorLines.last)
    let progress = try #require(
      line.firstMatch(
        of: /: interrupted after (step [0-9]+ of [0-9]+); run the same command again to go on$/),
      "\(line)"
    ).1
    #expect(own.exists("\(name).checkpoint.safetensors") && !own.exists("\(name).safetensors"))
    #expect(try own.files().filter(isTemporary) == [])

    // Killed when there is one, it goes on from there.
    let killed = try interrupt(command, by: SIGKILL)
    #expect(killed.code == -SIGKILL)
    #expect(killed.errorLines.first == "going on after \(progress)")
    let last = try command.run(in: own)
    #expect(last.code == 0)
    #expect(last.errorLines.first == "going on after \(progress)")

    #expect(try own.read("\(name).safetensors") == pipeline.folder.read("\(name).safetensors"))
    #expect(try loggedSteps(own, name) == loggedSteps(pipeline.folder, name))
    #expect(!own.exists("\(name).checkpoint.safetensors"))
    #expect(!own.exists("\(name).checkpoint.previous.safetensors"))
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func anInterruptedExtractionLeavesNothing(signal: Int32) throws {
    try own.writeShapes(to: "many", count: 700)
    let before = try own.files()
    let command = Command.extractCodes(
      vqvae: pipeline.folder("vqvae.safetensors"), images: "many", output: "codes.safetensors")
    #expect(try interrupt(command, by: signal).code == 128 + signal)
    #expect(try own.files() == before)
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func anInterruptedSamplingLeavesNothing(signal: Int32) throws {
    let command = Command.sampleImages(
      models: pipeline.folder.path, count: 3000, output: "samples")
    #expect(try interrupt(command, by: signal).code == 128 + signal)
    #expect(try own.files() == [])
  }

  /// They have no state to save, and end at once.
  @Test(arguments: [SIGINT, SIGTERM])
  func stagesThatOnlyMeasureAreEndedByTheSignal(signal: Int32) throws {
    let folder = pipeline.folder
    for command in [
      Command.evaluate(models: folder.path, images: folder("images")),
      .tuneRejection(
        models: folder.path, samples: folder("unfiltered/samples.safetensors"),
        images: folder("images"), output: "report"),
    ] {
      let running = try command.start(in: own)
      #expect(running.waitForError("%"))
      running.send(signal: signal)
      #expect(running.finish().code == -signal)
    }
  }

  /// Starts a stage and sends it a signal as soon as it tells of its progress.
  private func interrupt(_ command: Command, by signal: Int32) throws -> Outcome {
    let running = try command.start(in: own)
    #expect(running.waitForError("%), "))
    running.send(signal: signal)
    return running.finish()
  }

  private func loggedSteps(_ folder: TemporaryFolder, _ name: String) throws -> [Substring] {
    String(decoding: try folder.read("\(name).metrics.jsonl"), as: UTF8.self)
      .split(separator: "\n").map { $0.prefix { $0 != "," } }
  }
}
