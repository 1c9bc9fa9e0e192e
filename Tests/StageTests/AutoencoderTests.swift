import Artifacts
import Foundation
import Images
import Models
import ProcessTesting
import Testing

/// The plain autoencoder that VQ-VAEs are compared with, from end to end.
@Suite struct AutoencoderTests {
  private static let shared = Result { try Baseline() }
  private let folder: TemporaryFolder

  init() throws {
    folder = try Self.shared.get().folder
  }

  /// A trained autoencoder, which no test changes.
  private struct Baseline: Sendable {
    let folder: TemporaryFolder

    init() throws {
      folder = try TemporaryFolder()
      removeAtExit(folder)
      try folder.copy(Pipeline.shared.get().folder("images"), to: "images")
      let outcome = try Command.trainAutoencoder().run(in: folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
    }
  }

  @Test func reconstructionsLackWhatCodesCost() throws {
    let model = try LoadedAutoencoder(path: folder("autoencoder.safetensors"))
    #expect(model.model.configuration.levels.map(\.vectorChannels) == [8, 8])
    let evaluated = try Command.evaluate(models: folder.path, images: folder("images"))
      .with("--json", "figures.json").run(in: folder)
    #expect(evaluated.code == 0, "\(evaluated.errors)")
    #expect(
      evaluated.output.split(separator: "\n").dropFirst(2).map { $0.replacing(/\s+\S+$/, with: "") }
        == ["images", "squared error", "peak signal-to-noise ratio, dB", "structural similarity"])
    struct Figures: Decodable {
      struct Reconstruction: Decodable { let squaredError: Double }
      let reconstruction: Reconstruction
    }
    let own = try JSONDecoder().decode(Figures.self, from: folder.read("figures.json"))
    let pipeline = try Pipeline.shared.get().folder
    _ = try Command.evaluate(models: pipeline.path, images: folder("images"))
      .with("--json", "quantized.json").run(in: folder)
    let quantized = try JSONDecoder().decode(Figures.self, from: folder.read("quantized.json"))
    #expect(own.reconstruction.squaredError < quantized.reconstruction.squaredError)
    let sheet = try Image(contentsOf: folder("autoencoder.reconstructions.png"), color: .grey)
    #expect(sheet.width > sheet.height)
  }

  /// Of one view each, whose mean error is the one that evaluate finds.
  @Test func itsReconstructionsCanBeLookedAt() throws {
    let own = try TemporaryFolder()
    let evaluated = try Command.evaluate(models: folder.path, images: folder("images")).run(in: own)
    let shown = try Command.reconstructImages(
      folder("images"), vqvae: folder("autoencoder.safetensors"), output: "shown"
    ).run(in: own)
    #expect(shown.code == 0, "\(shown.errors)")
    let rows = shown.output.split(separator: "\n").dropFirst(2).map { $0.split(separator: " ") }
    #expect(rows.map(\.first) == ["reconstruction"])
    let error = try #require(rows.first?[1])
    #expect(evaluated.output.contains(try Regex("\nsquared error +\(error)\n")))
    let noisy = try Command.reconstructImages(
      folder("images"), vqvae: folder("autoencoder.safetensors"), output: "noisy"
    ).with("--noise", "0.3").run(in: own)
    let views = noisy.output.split(separator: "\n").dropFirst(2).map { $0.split(separator: " ") }
    #expect(views.map(\.first) == ["noisy", "reconstruction"])
    let errors = views.compactMap { Double($0[1]) }
    #expect(errors.count == 2 && errors[1] < errors[0])
  }

  @Test func anInterruptedTrainingEndsWithTheSameBytes() throws {
    let own = try TemporaryFolder()
    try own.copy(folder("images"), to: "images")
    let command = Command.trainAutoencoder().with("--checkpoint-interval", "0")
    let running = try command.start(in: own)
    #expect(running.waitForError("%), "))
    while !own.exists("autoencoder.checkpoint.safetensors") { usleep(1000) }
    running.send(signal: SIGKILL)
    #expect(running.finish().code == -SIGKILL)
    let last = try command.run(in: own)
    #expect(last.errorLines.first?.hasPrefix("going on after step ") == true)
    #expect(
      try own.read("autoencoder.safetensors") == folder.read("autoencoder.safetensors"))
  }

  @Test func nothingIsDrawnFromIt() throws {
    let path = folder.path
    try expectRefusal(
      .sampleImages(models: path, output: "samples"), in: TemporaryFolder(),
      "\(path)/autoencoder.safetensors is a plain autoencoder, which has no prior to draw from; pass "
        + "the models of a VQ-VAE and its priors, or a VAE")
    try expectRefusal(
      .tuneRejection(
        models: path, samples: "samples.safetensors", images: folder("images"), output: "report"),
      in: TemporaryFolder(),
      "\(path) holds a plain autoencoder, which draws no samples; pass the models of a VQ-VAE and its "
        + "priors")
    let file = folder("autoencoder.safetensors")
    try expectRefusal(
      .extractCodes(vqvae: file, images: folder("images")), in: TemporaryFolder(),
      "\(file) is a 'autoencoder' file, not a 'vqvae' file; pass a 'vqvae' file")
    let own = try TemporaryFolder()
    try own.copy(file, to: "autoencoder.safetensors")
    try own.copy(Pipeline.shared.get().folder("vqvae.safetensors"), to: "vqvae.safetensors")
    try expectRefusal(
      .evaluate(images: folder("images")), in: own,
      ". has both vqvae.safetensors and autoencoder.safetensors; keep each in a folder of its own")
  }
}

extension Command {
  static func trainAutoencoder() -> Command {
    Command(
      "train-vqvae",
      [
        "--bottleneck", "none", "--images", "images", "--grey", "--output",
        "autoencoder.safetensors", "--steps", "\(vqvaeSteps)", "--batch", "16", "--held-out",
        "\(heldOut)", "--channels", "16", "--residual-blocks", "1", "--residual-channels", "8",
        "--code-channels", "8", "--threads", "1",
      ])
  }
}
