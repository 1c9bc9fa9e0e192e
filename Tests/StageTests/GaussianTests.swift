import Artifacts
import Foundation
import Generation
import Images
import Models
import ProcessTesting
import Tensors
import Testing

/// The VAE that VQ-VAEs are compared with, from end to end.
@Suite struct GaussianTests {
  private static let shared = Result { try Baseline() }
  private let folder: TemporaryFolder

  init() throws {
    folder = try Self.shared.get().folder
  }

  /// A trained VAE, its samples and the judge's folder, which no test changes.
  private struct Baseline: Sendable {
    let folder: TemporaryFolder

    init() throws {
      folder = try TemporaryFolder()
      removeAtExit(folder)
      try folder.writeShapes(to: "images", count: Pipeline.imagesPerClass)
      try folder.copy(
        Pipeline.shared.get().folder("judge.safetensors"), to: "judge.safetensors")
      for command in [Command.trainVAE(), .sampleImages(count: 14, output: "samples")] {
        let outcome = try command.run(in: folder)
        #expect(outcome.code == 0, "\(outcome.errors)")
      }
    }
  }

  @Test func theModelLearns() throws {
    let vae = try LoadedVAE(path: folder("vae.safetensors"))
    #expect(vae.model.configuration.latents == 4)
    // The largest factor that leaves 4×4 of 16×16.
    #expect(vae.model.configuration.downsampling == 4)
    let lines = String(decoding: try folder.read("vae.metrics.jsonl"), as: UTF8.self)
      .split(separator: "\n")
    let bounds = try lines.map { line in
      let match = try #require(line.firstMatch(of: /"held-out ELBO":(-?[0-9.]+)/), "\(line)")
      return try #require(Double(match.1))
    }
    #expect(bounds.count == 20)
    let (first, last) = (try #require(bounds.first), try #require(bounds.last))
    #expect(last > first + 5 && last < 0, "\(bounds)")
    let sheet = try Image(contentsOf: folder("vae.reconstructions.png"), color: .grey)
    #expect(sheet.width > sheet.height)
  }

  @Test func samplesAreDrawsFromThePrior() throws {
    let names = (0..<14).map { "000\($0 < 10 ? "0" : "")\($0).png" }
    #expect(
      try folder.files(in: "samples") == ["contact-sheet.png"] + names.map { "images/\($0)" })
    let generator = GaussianGenerator(try LoadedVAE(path: folder("vae.safetensors")), seed: 0)
    let candidates = try generator.draw((0..<14).map { (label: -1, number: $0) })
    let images = try names.map {
      try Image(contentsOf: folder("samples/images/\($0)"), color: .grey)
    }
    #expect(generator.decode(candidates).images() == images)
    #expect(Set(images).count == 14)
  }

  @Test func samplesDependOnTheSeedAlone() throws {
    let own = try TemporaryFolder()
    let command = Command.sampleImages(models: folder.path, count: 3, output: "few")
    #expect(try command.with("--threads", "2", "--batch", "2").run(in: own).code == 0)
    #expect(
      try own.snapshot(of: "few/images")
        == folder.snapshot(of: "samples/images").filter { $0.key < "00003" })
    let other = try command.with("--seed", "1", "--output", "other").run(in: own)
    #expect(other.code == 0)
    #expect(try own.snapshot(of: "few/images") != own.snapshot(of: "other/images"))
  }

  /// Whatever it replaces, what is in the folder afterwards belongs together.
  @Test func earlierCodesAreNotLeftBesideNewImages() throws {
    let own = try TemporaryFolder()
    try own.copy(Pipeline.shared.get().folder("unfiltered"), to: "samples")
    let command = Command.sampleImages(models: folder.path, count: 14, output: "samples")
    #expect(try command.run(in: own).code == 0)
    #expect(try own.snapshot(of: "samples") == folder.snapshot(of: "samples"))
  }

  @Test func evaluationMeasuresWhatItDoesOfCodes() throws {
    let own = try TemporaryFolder()
    let (samples, real) = (folder("samples/images"), folder("images"))
    let outcome = try Command.evaluate(models: folder.path, images: real)
      .with("--samples", samples, "--samples", real, "--json", "figures.json").run(in: own)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let rows = outcome.output.split(separator: "\n").dropFirst(2)
      .prefix { !$0.contains("strangest") }
    #expect(
      rows.map { $0.replacing(/\s+\S+$/, with: "").trimmingCharacters(in: .whitespaces) } == [
        "images", "squared error", "peak signal-to-noise ratio, dB", "structural similarity",
        "Fréchet distance of reconstructions", "reconstructions read as the images",
        "evidence lower bound, nats", "of that the divergence", "bits per dimension, at most",
        "of the latents", "of the pixels given the latents", "judge accuracy",
        "\(samples): recognised by the judge", "\(real): recognised by the judge",
      ])
    let figures = try JSONDecoder().decode(Figures.self, from: own.read("figures.json"))
    let dataset = try openDataset(path: real, labels: nil, size: nil, color: .grey)
    let model = try LoadedVAE(path: folder("vae.safetensors")).model
    let evidence = try EvidenceFigures(of: dataset, under: model)
    #expect(abs(figures.evidence.lowerBound - evidence.lowerBound) < 1e-6)
    #expect(figures.likelihood.bitsPerDimension > 0 && figures.likelihood.levels.isEmpty)
    let judge = try LoadedClassifier(path: folder("judge.safetensors")).model
    let recognized = try (0..<dataset.count).filter { number in
      let tensor = Tensor(imageBytes: try dataset.image(at: number).bytes, shape: dataset.shape)
      return judge.probabilities(of: tensor).elements.contains { $0 >= 0.9 }
    }
    #expect((1..<dataset.count).contains(recognized.count), "none or all is no test")
    let shares = figures.samples.map(\.recognized)
    #expect(shares[1] == Double(recognized.count) / Double(dataset.count))
    #expect((0...1).contains(shares[0]))
  }

  private struct Figures: Decodable {
    struct Likelihood: Decodable {
      let bitsPerDimension: Double
      let levels: [String]
    }
    struct Samples: Decodable {
      let recognized: Double
    }
    let evidence: EvidenceFigures
    let likelihood: Likelihood
    let samples: [Samples]
  }

  @Test func colourHasGaussianPixels() throws {
    let own = try TemporaryFolder()
    try own.writeShapes(to: "images", count: 4)
    let trained = try Command.trainVAE("--color").with("--steps", "20", "--held-out", "2")
      .run(in: own)
    #expect(trained.code == 0, "\(trained.errors)")
    let configuration = try LoadedVAE(path: own("vae.safetensors")).model.configuration
    #expect(configuration.imageChannels == 3 && configuration.likelihood == .gaussian)
    let evaluated = try Command.evaluate().run(in: own)
    #expect(evaluated.code == 0 && evaluated.output.contains("of the latents"))
    #expect(!evaluated.output.contains("evidence"))
  }

  @Test func anInterruptedTrainingEndsWithTheSameBytes() throws {
    let own = try TemporaryFolder()
    try own.copy(folder("images"), to: "images")
    for signal in [SIGINT, SIGKILL] {
      let running = try Command.trainVAE().with("--checkpoint-interval", "0").start(in: own)
      #expect(running.waitForError("%), "))
      running.send(signal: signal)
      #expect(running.finish().code == (signal == SIGINT ? 128 + SIGINT : -SIGKILL))
      #expect(own.exists("vae.checkpoint.safetensors") && !own.exists("vae.safetensors"))
    }
    let last = try Command.trainVAE().run(in: own)
    #expect(last.errorLines.first?.hasPrefix("going on after step ") == true)
    #expect(try own.read("vae.safetensors") == folder.read("vae.safetensors"))
  }

  @Test func stagesOfCodesRefuseItByKind() throws {
    let vae = folder("vae.safetensors")
    try expectRefusal(
      .extractCodes(vqvae: vae, images: folder("images")), in: TemporaryFolder(),
      "\(vae) is a 'vae' file, not a 'vqvae' file; pass a 'vqvae' file")
    try expectRefusal(
      .trainPrior("top", codes: vae), in: TemporaryFolder(),
      "\(vae) is a 'vae' file, not a 'codes' file; pass a 'codes' file")
    try expectRefusal(
      .tuneRejection(
        models: folder.path, samples: "samples.safetensors", images: folder("images"),
        output: "report"), in: TemporaryFolder(),
      "\(folder.path) holds a VAE, whose samples nothing rejects; "
        + "pass the models of a VQ-VAE and its priors")
    let own = try TemporaryFolder()
    try own.copy(vae, to: "vae.safetensors")
    try own.copy(Pipeline.shared.get().folder("vqvae.safetensors"), to: "vqvae.safetensors")
    try expectRefusal(
      .sampleImages(output: "samples"), in: own,
      ". has both vqvae.safetensors and vae.safetensors; keep each in a folder of its own")
  }

  @Test func samplesOfCodesAreRefused() throws {
    let codes = try Pipeline.shared.get().folder("unfiltered/samples.safetensors")
    try expectRefusal(
      .evaluate(models: folder.path, images: folder("images")).with("--samples", codes),
      in: TemporaryFolder(),
      "\(codes) has codes, which a VAE does not decode; pass a folder of images")
  }

  @Test(arguments: [
    ["--threshold", "0.5"], ["--keep", "0.5"], ["--classes", "disc"], ["--temperature", "0.9"],
    ["--top-k", "3"], ["--top-p", "0.9"], ["--shard", "1/2"],
    ["--complete", "images", "--rows", "0.5"],
  ])
  func flagsOfCodesAndClassesAreMistakes(flags: [String]) throws {
    let own = try TemporaryFolder()
    let command = Command.sampleImages(models: folder.path, output: "samples").with(flags)
    let outcome = try command.run(in: own)
    #expect(outcome.code == 64 && outcome.output.isEmpty)
    #expect(
      outcome.errorLines.first
        == "Error: These models are a VAE, without codes or classes; leave out \(flags[0]).")
    #expect(try own.files() == [])
  }
}

extension Command {
  static func trainVAE(_ color: String = "--grey") -> Command {
    Command(
      "train-vqvae",
      [
        "--bottleneck", "gaussian", "--images", "images", color, "--output", "vae.safetensors",
        "--steps", "300", "--batch", "16", "--held-out", "6", "--latents", "4", "--channels", "16",
        "--residual-blocks", "1", "--residual-channels", "8", "--threads", "1",
      ])
  }
}
