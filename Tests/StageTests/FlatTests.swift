import Artifacts
import Foundation
import Generation
import Models
import ProcessTesting
import Testing

/// The dial for pictures without classes: a critic rejects, and a judge that knows which way is up
/// measures.
@Suite struct FlatTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.writeShapes(to: "images", count: 20, labelled: false)
  }

  @discardableResult
  private func run(_ command: Command) throws -> Outcome {
    let outcome = try command.run(in: folder)
    #expect(outcome.code == 0, "\(command.program.name): \(outcome.errors)")
    return outcome
  }

  private var critic: Command {
    Command(
      "train-classifier",
      [
        "--images", "images", "--samples", "pool/samples.safetensors", "--vqvae",
        "vqvae.safetensors", "--output", "critic.safetensors", "--steps", "60", "--batch", "16",
        "--channels", "8", "--threads", "1",
      ])
  }

  private func trainModels() throws {
    try run(.trainVQVAE().with("--steps", "60"))
    try run(.extractCodes())
    try run(.trainPrior("top").with("--steps", "30"))
    try run(.trainPrior("bottom").with("--steps", "30"))
    try run(.sampleImages(count: 40, output: "pool"))
  }

  @Test func theWholeWay() throws {
    try trainModels()
    let trained = try run(critic)
    #expect(trained.errors.contains("held-out accuracy"))
    let metrics = String(decoding: try folder.read("critic.metrics.jsonl"), as: UTF8.self)
    #expect(metrics.contains("held-out calibration error"))
    #expect(metrics.contains("originals told from reconstructions"))
    try run(
      .trainClassifier(output: "judge.safetensors", architecture: "residual")
        .with("--task", "rotation", "--steps", "60"))

    try run(.sampleImages(count: 20, output: "all"))
    try run(.sampleImages(count: 20, output: "better").with("--keep", "0.5"))
    let better = try SampleFile(path: folder("better/samples.safetensors"))
    #expect(better.configuration.basis == .critic)
    #expect(better.candidates.allSatisfy { $0.label == -1 && $0.score == $0.criticScore })
    #expect(better.candidates.allSatisfy { $0.classScore == nil })
    let kept = better.candidates.filter(\.isAccepted).compactMap(\.score)
    let rejected = better.candidates.filter { !$0.isAccepted }.compactMap(\.score)
    #expect(kept.count == 20 && rejected.count == 20)
    #expect((kept.min() ?? 0) >= (rejected.max() ?? 1))

    let tuned = try run(.tuneRejection(samples: "all/samples.safetensors", output: "report"))
    #expect(tuned.output.contains("\nprecision"))
    #expect(!tuned.output.contains("judged as asked"))
    let json = String(decoding: try folder.read("report/report.json"), as: UTF8.self)
    #expect(json.contains("it tells which way up a picture is, and knows no classes."))
    #expect(json.contains("\"judgesClasses\":false") && !json.contains("judgedAccuracy"))
    let evaluated = try run(.evaluate())
    #expect(evaluated.output.contains("\njudge accuracy, which way up "))
  }

  @Test func shardsAndThreadsChangeNothing() throws {
    try trainModels()
    try run(critic)
    let command = Command.sampleImages(count: 9, output: "whole").with("--threshold", "0.1")
    try run(command)
    for shard in 1...3 {
      try run(command.with("--output", "parts", "--shard", "\(shard)/3", "--threads", "2"))
    }
    try run(command.with("--output", "parts"))
    let parts = try folder.snapshot(of: "parts").filter { !$0.key.contains("-of-") }
    #expect(try folder.snapshot(of: "whole") == parts)
  }

  @Test func aCriticBelongsToThePriorsWhoseSamplesItSaw() throws {
    try trainModels()
    try run(critic)
    try FileManager.default.removeItem(atPath: folder("prior-top.safetensors"))
    try run(.trainPrior("top").with("--steps", "31"))
    let refused = try Command.sampleImages(count: 2, output: "other").run(in: folder)
    #expect(refused.code == 1)
    #expect(
      refused.errors == "error: ./critic.safetensors was not made from ./prior-top.safetensors but "
        + "from another prior-top; pass the prior-top it was made from or make it again\n")
  }

  @Test func mistakesAreNamed() throws {
    try trainModels()
    func expect(_ command: Command, _ code: Int32, _ message: String) throws {
      let outcome = try command.run(in: folder)
      #expect(outcome.code == code && outcome.errors.contains(message), "\(outcome.errors)")
    }
    try expect(
      .sampleImages(output: "no").with("--keep", "0.5"), 1,
      "error: . has no classifier for classes of images, and no critic; train one")
    try expect(
      .sampleImages(output: "no").with("--reject-by", "critic"), 1,
      "error: . lacks what --reject-by critic needs: a critic.safetensors; train it")
    try expect(
      .trainClassifier().with("--samples", "pool/samples.safetensors"), 64,
      "--samples and --vqvae go together.")
    try expect(
      critic.with("--held-out", "3"), 64,
      "A critic's training holds out half of all images; leave out --held-out.")
    try run(critic)
    try folder.copy(folder("critic.safetensors"), to: "classifier.safetensors")
    try expect(
      .sampleImages(output: "no"), 1,
      "error: ./classifier.safetensors tells real pictures from drawn ones, not classes of images "
        + "apart; pass another")
  }
}
