import Evaluation
import Foundation
import Images
import Models
import ProcessTesting
import Tensors
import Testing

/// What reconstruct-images shows of a VQ-VAE.
@Suite struct ReconstructionTests {
  private let pipeline: Pipeline
  private let own: TemporaryFolder

  init() throws {
    pipeline = try Pipeline.shared.get()
    own = try TemporaryFolder()
  }

  private func reconstruction(_ flags: String..., to output: String = "shown") -> Command {
    Command.reconstructImages(
      pipeline.folder("images"), vqvae: pipeline.folder("vqvae.safetensors"), output: output
    ).with(flags)
  }

  @discardableResult
  private func run(_ command: Command) throws -> Outcome {
    let outcome = try command.run(in: own)
    try #require(outcome.code == 0, "\(outcome.errors)")
    return outcome
  }

  /// The rows of figures.csv but the first: image, class, view, squared error, PSNR, SSIM.
  private func figures(_ output: String = "shown") throws -> [[String]] {
    let lines = String(decoding: try own.read("\(output)/figures.csv"), as: UTF8.self)
      .split(separator: "\n")
    #expect(lines.first == "image,class,view,squared_error,psnr,ssim")
    return lines.dropFirst().map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  @Test func reconstructionsAreWhatTheCodesDecodeTo() throws {
    try run(reconstruction())
    try run(
      .decodeCodes(
        pipeline.folder("codes.safetensors"), vqvae: pipeline.folder("vqvae.safetensors"),
        output: "decoded"))
    #expect(try own.snapshot(of: "shown/images") == own.snapshot(of: "decoded/images"))
    #expect(try own.files(in: "shown").count == 3 * Pipeline.imagesPerClass + 2)
    let before = try own.snapshot(of: "shown")
    try run(reconstruction("--threads", "3", "--noise", "0"))
    #expect(try own.snapshot(of: "shown") == before)
  }

  @Test func everyPictureAndLevelIsMeasured() throws {
    let outcome = try run(reconstruction())
    let dataset = try openDataset(
      path: pipeline.folder("images"), labels: nil, size: nil, color: .grey)
    let model = try LoadedVQVAE(path: pipeline.folder("vqvae.safetensors")).model
    var expected: [[String]] = []
    var sums = [0.0, 0, 0]
    for number in 0..<dataset.count {
      let image = try dataset.image(at: number)
      let codes = model.encode(Tensor(imageBytes: image.bytes, shape: image.shape))
      for (view, level) in [nil, 0, 1].enumerated() {
        let copy = model.decode(codes, images: 1, onlyLevel: level).images()[0]
        let quality = ImageQuality(of: copy, to: image)
        let ratio = ImageQuality.peakSignalToNoiseRatio(squaredError: quality.squaredError)
        expected.append([
          dataset.name(at: number), Shape.names[dataset.label(at: number) ?? 0],
          ["reconstruction", "top alone", "bottom alone"][view], "\(quality.squaredError)",
          ratio.map { "\($0)" } ?? "", "\(quality.structuralSimilarity)",
        ])
        sums[view] += quality.squaredError
      }
    }
    #expect(try figures() == expected)
    #expect(sums[0] < sums[1] && sums[0] < sums[2])
    for (name, sum) in zip(["reconstruction", "top alone", "bottom alone"], sums) {
      let mean = String(format: "%.4g", sum / Double(dataset.count))
      #expect(outcome.output.contains(try Regex("\n\(name) +\(mean) ")), "\(outcome.output)")
    }
    // As evaluate finds.
    let evaluated = try #require(pipeline.outcomes["evaluate"]).output
    let mean = String(format: "%.4g", sums[0] / Double(dataset.count))
    #expect(evaluated.contains(try Regex("\nsquared error +\(mean)\n")), "\(evaluated)")
  }

  /// In the place of the lower level there are zeros, whatever its codes.
  @Test func theTopAloneKnowsNothingOfTheBottom() throws {
    let model = try LoadedVQVAE(path: pipeline.folder("vqvae.safetensors")).model
    let top = (0..<16).map { Int32($0) }
    let images = [0, 5].map { bottom in
      model.decode([top, [Int32](repeating: bottom, count: 64)], images: 1, onlyLevel: 0).images()
    }
    #expect(images[0] == images[1])
    let others = [0, 5].map { bottom in
      model.decode([top, [Int32](repeating: bottom, count: 64)], images: 1).images()
    }
    #expect(others[0] != others[1])
  }

  @Test func noiseIsAddedBeforehandAndComparedWithTheCleanPictures() throws {
    try run(reconstruction("--noise", "0.2", "--seed", "4"))
    let rows = try figures()
    #expect(rows.count == 4 * 60 && rows[0][2] == "noisy")
    func mean(_ view: String) -> Double {
      rows.filter { $0[2] == view }.compactMap { Double($0[3]) }.reduce(0, +) / 60
    }
    // Of a standard deviation of 0.2 a part is cut off.
    #expect(mean("noisy") > 0.015 && mean("noisy") < 0.04)
    #expect(mean("reconstruction") < mean("noisy"))
    let before = try own.snapshot(of: "shown")
    try run(reconstruction("--noise", "0.2", "--seed", "4", "--threads", "3", to: "again"))
    #expect(try own.snapshot(of: "again") == before)
    try run(reconstruction("--noise", "0.2", "--seed", "5", to: "other"))
    #expect(try own.read("other/figures.csv") != own.read("shown/figures.csv"))
  }

  @Test func theSheetHasARowForEachView() throws {
    try run(reconstruction("--noise", "0.2", "--error-map"))
    let sheet = try Image(contentsOf: own("shown/contact-sheet.png"), color: .grey)
    let (tile, gap, groupGap) = (4 * 16, 2, 8)
    #expect(sheet.width == gap + 12 * (tile + gap))
    #expect(sheet.height == gap + 3 * 6 * (tile + gap) + 2 * (groupGap - gap))
    // A disc, a ring, a square, and again.
    let dataset = try openDataset(
      path: pipeline.folder("images"), labels: nil, size: nil, color: .grey)
    for (column, number) in [0, 20, 40, 1, 21, 41].enumerated() {
      let picture = try dataset.image(at: number)
      for (y, x) in [(3, 8), (8, 8), (8, 4)] {
        let place = (gap + 4 * y) * sheet.width + gap + column * (tile + gap) + 4 * x
        #expect(sheet.bytes[place] == picture.bytes[y * 16 + x])
      }
    }
  }

  @Test func namesThatATableHasToQuote() throws {
    try own.write(Data(try Shape.disc.image(number: 1).pngBytes()), to: "odd/a, \"b\".png")
    try run(
      .reconstructImages("odd", vqvae: pipeline.folder("vqvae.safetensors"), output: "shown"))
    let text = String(decoding: try own.read("shown/figures.csv"), as: UTF8.self)
    #expect(text.contains("\n\"a, \"\"b\"\".png\",,reconstruction,"))
    #expect(try own.files(in: "shown/images") == ["00000.png"])
  }

  @Test func whatIsRefused() throws {
    try expectRefusal(
      .reconstructImages("none", vqvae: pipeline.folder("vqvae.safetensors"), output: "shown"),
      in: own,
      "none cannot be opened: No such file or directory; check the path and its permissions")
    let codes = pipeline.folder("codes.safetensors")
    try expectRefusal(
      .reconstructImages(pipeline.folder("images"), vqvae: codes, output: "shown"), in: own,
      "\(codes) is a 'codes' file, not a 'vqvae' file; pass a 'vqvae' file")
    for noise in ["nan", "11"] {
      let outcome = try reconstruction("--noise", noise).run(in: own)
      #expect(outcome.code == 64)
      #expect(outcome.errorLines.first == "Error: --noise lies between 0 and 10.")
    }
    try own.write(Data([1]), to: "bad/1.png")
    try expectRefusal(
      .reconstructImages("bad", vqvae: pipeline.folder("vqvae.safetensors"), output: "shown"),
      in: own, "bad/1.png is not a PNG, JPEG or WebP; convert it to one of them or take it away")
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func interrupted(signal: Int32) throws {
    try own.writeShapes(to: "many", count: 1000)
    let before = try own.files()
    let running = try Command.reconstructImages(
      "many", vqvae: pipeline.folder("vqvae.safetensors"), output: "shown"
    ).start(in: own)
    #expect(running.waitForError("%), "))
    running.send(signal: signal)
    #expect(running.finish().code == 128 + signal)
    #expect(try own.files() == before)
  }
}
