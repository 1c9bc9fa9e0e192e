import Artifacts
import Foundation
import Models
import ProcessTesting
import Testing

/// What `train-vqvae` can ask of reconstructions besides closeness: likeness in a classifier's features,
/// and a discriminator's favour.
@Suite struct ObjectiveTests {
  private let pipeline: Pipeline
  private let own: TemporaryFolder
  private let everything: Command

  init() throws {
    pipeline = try Pipeline.shared.get()
    own = try TemporaryFolder()
    try own.copy(pipeline.folder("images"), to: "images")
    for name in ["classifier", "judge"] {
      try own.copy(pipeline.folder("\(name).safetensors"), to: "\(name).safetensors")
    }
    everything = Command.trainVQVAE().with(
      "--steps", "60", "--downsampling", "2,2,2", "--features", "classifier.safetensors",
      "--adversarial-weight", "0.5", "--adversarial-start", "0.25", "--gradient", "rotation",
      "--code-noise", "0.1", "--level-dropout", "0.2")
  }

  @Test func allOfThemTogetherWithThreeLevels() throws {
    let outcome = try everything.run(in: own)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let vqvae = try LoadedVQVAE(path: own("vqvae.safetensors"))
    #expect(vqvae.levels.map(\.name) == ["top", "middle", "bottom"])
    let configuration = vqvae.model.configuration
    #expect(configuration.adversary?.weight == 0.5 && configuration.adversary?.start == 0.25)
    #expect(configuration.quantizerGradient == .rotation)
    #expect(configuration.featureWeight != nil && configuration.codeNoise == 0.1)
    let classifier = try ArtifactFile(path: own("classifier.safetensors"), kind: .classifier)
    #expect(vqvae.file.metadata.sources["features"] == classifier.digest)
    // The discriminator has had its turn, and is forgotten.
    #expect(!vqvae.file.tensors.names.contains { $0.contains("discriminator") })

    let lines = try String(decoding: own.read("vqvae.metrics.jsonl"), as: UTF8.self)
      .split(separator: "\n").map {
        try JSONDecoder().decode([String: Double].self, from: Data($0.utf8))
      }
    for line in lines {
      let step = try #require(line["step"])
      #expect(line["feature distance"] != nil)
      for figure in ["adversarial", "balance", "discriminator"] {
        #expect((line[figure] != nil) == (step > 15), "\(figure) of step \(step)")
      }
    }
    let distances = lines.compactMap { $0["feature distance"] }
    #expect(distances.count == 20 && distances[19] < distances[0], "\(distances)")
  }

  /// Stopped before the discriminator enters and after, it ends with the same bytes.
  @Test func stoppedAndGoneOnWith() throws {
    let long = everything.with("--steps", "1000")
    let whole = try long.with("--output", "whole.safetensors").run(in: own)
    #expect(whole.code == 0, "\(whole.errors)")
    let command = long.with("--checkpoint-interval", "0")
    for _ in 0..<2 {
      let running = try command.start(in: own)
      while !own.exists("vqvae.checkpoint.safetensors") { usleep(1000) }
      #expect(running.waitForError("%), "))
      usleep(100_000)
      running.send(signal: SIGKILL)
      _ = running.finish()
    }
    let checkpoint = try ArtifactFile(
      path: own("vqvae.checkpoint.safetensors"), kind: .checkpoint)
    #expect(checkpoint.tensors.names.contains("discriminator.output.weight"))
    #expect(checkpoint.tensors.names.contains("discriminator.output.weight.secondMoment"))
    let last = try command.run(in: own)
    #expect(last.code == 0 && last.errors.contains("going on after step "), "\(last.errors)")
    #expect(try own.read("vqvae.safetensors") == own.read("whole.safetensors"))
  }

  @Test func theNumberOfThreadsChangesNothing() throws {
    for threads in ["1", "2"] {
      let output = "of-\(threads).safetensors"
      let outcome = try everything.with("--threads", threads, "--output", output).run(in: own)
      #expect(outcome.code == 0, "\(outcome.errors)")
    }
    #expect(try own.read("of-1.safetensors") == own.read("of-2.safetensors"))
  }

  @Test func aPlanCountsTheDiscriminator() throws {
    let alone = try Command.trainVQVAE().with("--plan").run(in: own)
    let against = try Command.trainVQVAE().with("--plan", "--adversarial-weight", "1").run(in: own)
    #expect(against.code == 0, "\(against.errors)")
    func disk(_ outcome: Outcome) -> Substring? {
      outcome.output.split(separator: "\n").first { $0.hasPrefix("disk while training") }
    }
    #expect(disk(alone) != nil && disk(alone) != disk(against))
  }

  @Test func otherFeaturesAreAnotherTraining() throws {
    #expect(try everything.run(in: own).code == 0)
    let other = try Command.trainClassifier(output: "other.safetensors").with("--steps", "1")
      .run(in: own)
    #expect(other.code == 0, "\(other.errors)")
    let outcome = try everything.with("--features", "other.safetensors").run(in: own)
    #expect(outcome.code == 1)
    #expect(
      outcome.errorLines.first
        == "error: vqvae.safetensors is there already, trained on other features; "
        + "remove it to train again, or choose another --output")
  }

  @Test func classifiersThatCannotBeUsedAreRefused() throws {
    try expectRefusal(
      everything.with("--features", "judge.safetensors"), in: own,
      "judge.safetensors is a judge, which cannot judge what its own features have made; train "
        + "another with train-classifier --architecture plain")
    try expectRefusal(
      everything.with("--size", "24", "--downsampling", "2"), in: own,
      "classifier.safetensors is for images of 16×16 in grey, not of 24×24 in grey; train a "
        + "classifier on the images the VQ-VAE is trained on, with the same --size")
  }
}
