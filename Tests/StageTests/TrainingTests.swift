import Artifacts
import Foundation
import Images
import Models
import ProcessTesting
import Tensors
import Testing

/// What the trainings leave behind.
@Suite struct TrainingTests {
  private let pipeline: Pipeline
  private var folder: TemporaryFolder { pipeline.folder }

  init() throws {
    pipeline = try Pipeline.shared.get()
  }

  @Test func everyStageSucceeds() {
    for (name, outcome) in pipeline.outcomes {
      #expect(outcome.code == 0, "\(name): \(outcome.errors)")
      #expect(!outcome.errors.contains("warning"), "\(name): \(outcome.errors)")
    }
    #expect(pipeline.outcomes.count == 10)
  }

  @Test func onlyTheModelsAndTheirCompanionsAreLeft() {
    let models = Pipeline.trainings.keys.flatMap {
      [
        "\($0).finished.safetensors", "\($0).metrics.jsonl", "\($0).safetensors",
        "\($0).training.html",
      ]
    }
    let expected = models + ["codes.safetensors", "vqvae.reconstructions.png"]
    #expect(pipeline.files.filter { !$0.contains("/") } == expected.sorted())
    #expect(!pipeline.files.contains(where: isTemporary))
  }

  @Test(arguments: [
    ("vqvae", Command.vqvaeSteps, "held-out error"),
    ("prior-top", Command.priorSteps, "held-out nats/code"),
    ("prior-bottom", Command.priorSteps, "held-out bits/dimension"),
    ("classifier", Command.classifierSteps, "held-out accuracy"),
  ])
  func metricsAreLinesUpToTheLastStep(name: String, steps: Int, figure: String) throws {
    let text = String(decoding: try folder.read("\(name).metrics.jsonl"), as: UTF8.self)
    let lines = try text.split(separator: "\n").map {
      try #require(
        try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Double], "\($0)")
    }
    #expect(lines.map { $0["step"] } == (1...20).map { Double($0 * steps / 20) })
    for line in lines {
      #expect(line["loss"]?.isFinite == true && line[figure]?.isFinite == true)
      #expect((line["images/s"] ?? 0) > 0)
    }
    let losses = lines.compactMap { $0["loss"] }
    #expect(losses[19] < losses[0], "nothing was learned")
  }

  /// 1711.00937, section 4.1: 128×128×3 to 32×32×1, with K = 512.
  @Test func oneLevelHasTheShapeOfTheFirstPaper() throws {
    let own = try TemporaryFolder()
    for shape in Shape.allCases {
      let image = try shape.image(number: 0, side: 128).pngBytes()
      try own.write(Data(image), to: "images/\(shape).png")
    }
    let command = Command(
      "train-vqvae",
      [
        "--images", "images", "--downsampling", "4", "--codes", "512", "--steps", "2",
        "--batch", "1", "--output", "vqvae.safetensors",
      ])
    let outcome = try command.run(in: own)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let vqvae = try LoadedVQVAE(path: own("vqvae.safetensors"))
    #expect(vqvae.levels == [CodeLevel(name: "top", height: 32, width: 32, codebookSize: 512)])
    #expect(vqvae.imageShape == ImageShape(size: ImageSize(square: 128), channels: 3))
  }

  @Test func aFinishedTrainingSaysSoAndChangesNothing() throws {
    let before = try folder.snapshot()
    for (name, command) in Pipeline.trainings {
      #expect(
        try command.run(in: folder)
          == Outcome(
            output: "\(name).safetensors is finished; remove it to train again\n", code: 0))
    }
    #expect(try folder.snapshot() == before)
  }

  @Test func theGradientsOfPartsAddUpToThoseOfTheBatch() throws {
    let scratch = try TemporaryFolder()
    func losses(_ name: String, _ flags: [String]) throws -> [Double] {
      let command = Command.trainPrior(
        "bottom", codes: folder("codes.safetensors"), output: "\(name).safetensors")
      let outcome = try command.with("--steps", "20", "--dropout", "0").with(flags).run(in: scratch)
      #expect(outcome.code == 0, "\(outcome.errors)")
      let text = String(decoding: try scratch.read("\(name).metrics.jsonl"), as: UTF8.self)
      return try text.split(separator: "\n").map {
        let line = try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Double]
        return try #require(line?["held-out nats/code"])
      }
    }
    let whole = try losses("whole", [])
    #expect(whole.count == 20)
    for flags in [["--accumulate", "4"], ["--recompute"]] {
      for (left, right) in zip(whole, try losses("parts\(flags.count)", flags)) {
        #expect(abs(left - right) < 1e-4 * left, "\(flags)")
      }
    }
  }

  @Test func reconstructionsAreHeldOutImagesAboveWhatTheirCodesDecodeTo() throws {
    let vqvae = try LoadedVQVAE(path: folder("vqvae.safetensors"))
    let dataset = try openDataset(
      path: folder("images"), labels: nil, size: nil, color: .grey)
    let heldOut = try dataset.split(holdOut: Command.heldOut, seed: 0).heldOut
    let codes = try CodeFile(path: folder("codes.safetensors"))
    let shown = heldOut.numbersShowingClassesEvenly(limit: Command.heldOut)
    let decoded = try shown.map {
      let image = heldOut.baseIndex(at: $0)
      return try reconstruction(of: image..<image + 1, in: codes, by: vqvae)[0]
    }
    var sheet = ContactSheet(columns: Command.heldOut, zoom: 4)
    sheet.addGroup(try shown.map { try heldOut.image(at: $0) } + decoded)
    let stored = try Image(contentsOf: folder("vqvae.reconstructions.png"), color: .grey)
    #expect((stored.height, stored.width) == (2 + 2 * (4 * 16 + 2), 2 + 6 * (4 * 16 + 2)))
    #expect(stored == sheet.render())
  }

  @Test func codesDecodeByteForByteToTheReconstructionsOfTheModel() throws {
    let vqvae = try LoadedVQVAE(path: folder("vqvae.safetensors"))
    let codes = try CodeFile(path: folder("codes.safetensors"))
    let dataset = try openDataset(
      path: folder("images"), labels: nil, size: nil, color: .grey)
    #expect(codes.count == dataset.count && codes.count == 3 * Pipeline.imagesPerClass)
    #expect(codes.layout.classNames == Shape.names)
    #expect(codes.layout.imageShape == [16, 16, 1])
    #expect(codes.levels.map(\.codesPerImage) == [4 * 4, 8 * 8])
    #expect(
      try codes.readLabels() == (0..<3).flatMap { [Int32](repeating: $0, count: 20) })

    let decoded = try reconstruction(of: 0..<codes.count, in: codes, by: vqvae)
    for number in 0..<dataset.count {
      let image = try dataset.image(at: number)
      let tensor = Tensor(imageBytes: image.bytes, shape: image.shape)
      let output = vqvae.model.decode(vqvae.model.encode(tensor), images: 1).images()[0]
      #expect(decoded[number] == output, "image \(number)")
    }
    #expect(Set(decoded).count > 10, "the codes tell hardly any images apart")
  }

  private func reconstruction(
    of images: Range<Int>, in codes: CodeFile, by vqvae: LoadedVQVAE
  ) throws -> [Image] {
    let levels = try codes.levels.map {
      try codes.readCodes(level: $0.name, images: images).map(Int32.init)
    }
    return vqvae.model.decode(levels, images: images.count).images()
  }
}
