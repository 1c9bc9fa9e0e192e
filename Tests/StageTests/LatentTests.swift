import Foundation
import Generation
import Images
import Models
import ProcessTesting
import Tensors
import Testing

/// Pictures at chosen places of a VAE's latents, of one level and of two.
@Suite struct LatentTests {
  private static let shared = Result { try Models() }
  private let folder: TemporaryFolder

  init() throws {
    folder = try Self.shared.get().folder
  }

  /// A VAE of each kind, which no test changes.
  private struct Models: Sendable {
    let folder: TemporaryFolder

    init() throws {
      folder = try TemporaryFolder()
      removeAtExit(folder)
      try folder.copy(Pipeline.shared.get().folder("images"), to: "images")
      for (name, latents) in ["one": "4", "two": "2,4"] {
        try folder.write(Data(), to: "\(name)/empty")
        let command = Command.trainVAE().with(
          "--latents", latents, "--output", "\(name)/vae.safetensors")
        let outcome = try command.run(in: folder)
        #expect(outcome.code == 0, "\(outcome.errors)")
      }
    }
  }

  private func sample(_ models: String, _ flags: String...) -> Command {
    Command(
      "sample-images",
      ["--models", folder(models), "--output", "out", "--count", "5", "--threads", "1"] + flags)
  }

  private func images(_ own: TemporaryFolder, count: Int) throws -> [Image] {
    try (0..<count).map {
      try Image(contentsOf: own("out/images/\(String(format: "%05d", $0)).png"), color: .grey)
    }
  }

  @Test(arguments: ["one", "two"])
  func aRowGoesFromOneReconstructionToTheOther(models: String) throws {
    let own = try TemporaryFolder()
    let (first, last) = (folder("images/disc/3.png"), folder("images/square/7.png"))
    let outcome = try sample(models, "--between", "\(first),\(last)").run(in: own)
    #expect(outcome == Outcome(output: "out has 5 pictures\n", errors: outcome.errors, code: 0))
    let row = try images(own, count: 5)
    let model = try LoadedVAE(path: folder("\(models)/vae.safetensors")).model
    for (path, found) in [(first, row[0]), (last, row[4])] {
      let image = try Image(contentsOf: path, color: .grey)
      let tensor = Tensor(imageBytes: image.bytes, shape: image.shape)
      #expect(model.reconstruct(tensor).images()[0] == found)
    }
    #expect(Set(row).count == 5)
    // Each is nearer to its neighbours than the ends are to each other.
    func distance(_ left: Image, _ right: Image) -> Int {
      zip(left.bytes, right.bytes).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    }
    for (left, right) in zip(row, row.dropFirst()) {
      #expect(distance(left, right) < distance(row[0], row[4]))
    }
    #expect(
      try own.files() == ["out/contact-sheet.png"] + (0..<5).map { "out/images/0000\($0).png" })
  }

  @Test(arguments: ["one", "two"])
  func aPlaneHasItsMedianInTheMiddle(models: String) throws {
    let own = try TemporaryFolder()
    #expect(try sample(models, "--plane").run(in: own).code == 0)
    let grid = try images(own, count: 25)
    let model = try LoadedVAE(path: folder("\(models)/vae.safetensors")).model
    let width = model.configuration.levels.reduce(0, +)
    #expect(model.decode(Tensor(zeros: [1, width])).images()[0] == grid[12])
    #expect(Set(grid).count > 20)
    // The columns are at the same quantiles as the rows: ±1.2816 at the edges of five.
    let edges = [-1.281552, 1.281552] as [Float]
    let ends = (0..<width).map { latent in
      edges.map { value in
        var place = [Float](repeating: 0, count: width)
        place[latent] = value
        return model.decode(Tensor(place, shape: [1, width])).images()[0]
      }
    }
    #expect(ends.contains { $0 == [grid[10], grid[14]] })
    #expect(ends.contains { $0 == [grid[2], grid[22]] })
  }

  @Test func codesAreRefusedWithTheReason() throws {
    let pipeline = try Pipeline.shared.get().folder.path
    let image = folder("images/disc/3.png")
    for flags in [["--plane"], ["--between", "\(image),\(image)"]] {
      try expectRefusal(
        .sampleImages(models: pipeline, output: "out").with(flags), in: TemporaryFolder(),
        "\(pipeline) holds a VQ-VAE, whose codes are names, not quantities: there is nothing between two "
          + "of them; pass a VAE, which train-vqvae --bottleneck gaussian makes")
    }
  }

  @Test func badInput() throws {
    let image = folder("images/disc/3.png")
    try expectRefusal(
      sample("one", "--between", "\(image),nowhere.png"), in: TemporaryFolder(),
      "nowhere.png cannot be opened: No such file or directory; check the path and its permissions")
    for (flags, message) in [
      (
        ["--between", image, "--plane"],
        "The value '\(image)' is invalid for '--between <path,path>'"
      ),
      (["--between", "\(image),\(image)", "--plane"], "--between and --plane exclude each other."),
      (
        ["--between", "\(image),\(image)", "--count", "1"],
        "--between needs a --count of 2 at least."
      ),
      (["--plane", "--count", "101"], "--plane takes a --count of at most 100."),
    ] {
      let own = try TemporaryFolder()
      let outcome = try sample("one").with(flags).run(in: own)
      #expect(outcome.code == 64)
      #expect(outcome.errorLines.first == "Error: \(message)")
      #expect(try own.files() == [])
    }
  }
}
