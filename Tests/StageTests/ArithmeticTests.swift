import Artifacts
import Foundation
import Models
import ProcessTesting
import Testing

/// `--arithmetic`: what a model multiplies in is said in its file, and goes with it.
@Suite struct ArithmeticTests {
  private let pipeline: Pipeline
  private let own: TemporaryFolder

  init() throws {
    pipeline = try Pipeline.shared.get()
    own = try TemporaryFolder()
  }

  private func run(_ command: Command) throws {
    let outcome = try command.run(in: own)
    #expect(outcome.code == 0, "\(outcome.errors)")
  }

  @Test func everyStageInBFloat16() throws {
    let short = ["--arithmetic", "bfloat16", "--steps", "40"]
    try own.copy(pipeline.folder("images"), to: "images")
    try run(.trainVQVAE().with(short))
    try run(.extractCodes())
    for level in ["top", "bottom"] { try run(.trainPrior(level).with(short)) }
    try run(.trainClassifier().with(short))
    #expect(
      try LoadedVQVAE(path: own("vqvae.safetensors")).model.configuration.arithmetic == .bfloat16)
    let top = own("prior-top.safetensors")
    #expect(try LoadedPrior(path: top).model.configuration.arithmetic == .bfloat16)
    #expect(try LoadedPrior(path: top, in: .float32).model.parameters.arithmetic == .float32)
    #expect(
      try LoadedClassifier(path: own("classifier.safetensors")).model.configuration.arithmetic
        == .bfloat16)
    try run(.sampleImages(output: "samples").with("--keep", "0.5"))
    try run(.sampleImages(output: "threads").with("--keep", "0.5", "--threads", "2"))
    #expect(try own.snapshot(of: "samples") == own.snapshot(of: "threads"))
    // Said outright, it is the same; in the other arithmetic, other codes are drawn.
    try run(.sampleImages(output: "said").with("--keep", "0.5", "--arithmetic", "bfloat16"))
    #expect(try own.snapshot(of: "samples") == own.snapshot(of: "said"))
    try run(.evaluate().with("--arithmetic", "float32"))
  }

  @Test func trainingsInBFloat16LearnAsMuch() throws {
    func loss(_ name: String, _ flags: [String]) throws -> Double {
      try run(
        .trainPrior(
          "bottom", codes: pipeline.folder("codes.safetensors"), output: "\(name).safetensors"
        ).with(flags))
      let text = String(decoding: try own.read("\(name).metrics.jsonl"), as: UTF8.self)
      let last = try #require(text.split(separator: "\n").last)
      let line = try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Double]
      return try #require(line?["held-out nats/code"])
    }
    let exact = try loss("exact", ["--arithmetic", "float32"])
    // Not said, nothing is recorded: the files of before.
    #expect(try own.read("exact.safetensors") == pipeline.folder.read("prior-bottom.safetensors"))
    let short = try loss("short", ["--arithmetic", "bfloat16"])
    #expect(short != exact && abs(short - exact) < 0.05 * exact, "\(short) for \(exact)")
    try run(
      .trainPrior(
        "bottom", codes: pipeline.folder("codes.safetensors"), output: "threads.safetensors"
      ).with("--arithmetic", "bfloat16", "--threads", "2"))
    #expect(try own.read("threads.safetensors") == own.read("short.safetensors"))
  }

  @Test func aTrainingGoesOnInWhatItBegan() throws {
    try own.copy(pipeline.folder("codes.safetensors"), to: "codes.safetensors")
    let command = Command.trainPrior("top").with(
      "--arithmetic", "bfloat16", "--checkpoint-interval", "0")
    let running = try command.start(in: own)
    #expect(running.waitForError("%), "))
    running.send(signal: SIGTERM)
    #expect(running.finish().code == 128 + SIGTERM)
    let refused = try Command.trainPrior("top").run(in: own)
    #expect(refused.code != 0)
    #expect(
      refused.errors.contains(
        "prior-top.checkpoint.safetensors was left by a training with other settings"))
    try run(command)
    let resumed = try own.read("prior-top.safetensors")
    for file in try own.files() where file.hasPrefix("prior-top") {
      try FileManager.default.removeItem(atPath: own(file))
    }
    try run(command)
    #expect(try own.read("prior-top.safetensors") == resumed)
  }

  @Test func thereIsNoThird() throws {
    let outcome = try Command.trainPrior("top").with("--arithmetic", "half").run(in: own)
    #expect(outcome.code == 64)
    #expect(outcome.errors.contains("'half' is invalid"))
  }
}
