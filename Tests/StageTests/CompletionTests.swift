import Artifacts
import Foundation
import Generation
import Images
import Models
import ProcessTesting
import Tensors
import Testing

/// Pictures of which a part is known.
@Suite struct CompletionTests {
  private let pipeline: Pipeline
  private let own: TemporaryFolder

  init() throws {
    pipeline = try Pipeline.shared.get()
    own = try TemporaryFolder()
    try own.writeShapes(to: "pictures", count: 2)
  }

  private func completion(
    _ flags: String..., of pictures: String = "pictures", count: Int = 3,
    to output: String = "samples"
  ) -> Command {
    Command.sampleImages(models: pipeline.folder.path, count: count, output: output)
      .with(["--complete", pictures] + flags)
  }

  @discardableResult
  private func run(_ command: Command) throws -> Outcome {
    let outcome = try command.run(in: own)
    try #require(outcome.code == 0, "\(outcome.errors)")
    return outcome
  }

  private func samples(_ output: String = "samples") throws -> SampleFile {
    try SampleFile(path: own("\(output)/samples.safetensors"))
  }

  /// The codes that a picture has when pixels are hidden as the program hides them.
  private func codes(of picture: Image, _ known: KnownPixels) throws -> [[UInt16]] {
    let vqvae = try LoadedVQVAE(path: pipeline.folder("vqvae.safetensors"))
    let image = known.filling(picture)
    let tensor = Tensor(imageBytes: image.bytes, shape: image.shape)
    return vqvae.model.encode(tensor).map { $0.map(UInt16.init) }
  }

  private func known(rows: Double) -> KnownPixels {
    KnownPixels(upperRows: rows, of: ImageSize(square: 16))
  }

  /// The shape and number of the picture that a candidate completes.
  private func picture(of candidate: Candidate) -> Image {
    Shape.allCases[Int(candidate.label)].image(number: candidate.number % 2)
  }

  @Test func ofWholePicturesTheReconstructionsComeBack() throws {
    try run(completion("--rows", "1", count: 2))
    let vqvae = try LoadedVQVAE(path: pipeline.folder("vqvae.safetensors"))
    for (label, shape) in Shape.allCases.enumerated() {
      for number in 0..<2 {
        let codes = try codes(of: shape.image(number: number), known(rows: 1))
        let image = vqvae.model.decode(codes.map { $0.map(Int32.init) }, images: 1).images()[0]
        for copy in 0..<2 {
          let file = "samples/images/\(shape)/0000\(2 * label + number)-0000\(copy).png"
          #expect(try own.read(file) == Data(image.pngBytes()))
        }
      }
    }
    #expect(try own.files(in: "samples/images").count == 12)
  }

  @Test func ofNothingKnownPlainSamplesCome() throws {
    try run(completion("--rows", "0"))
    try run(
      Command.sampleImages(models: pipeline.folder.path, count: 6, output: "plain"))
    let (completions, plain) = (try samples(), try samples("plain"))
    #expect(completions.candidates.map(\.codes) == plain.candidates.map(\.codes))
    #expect(completions.candidates.map(\.score) == plain.candidates.map(\.score))
    for (label, shape) in Shape.allCases.enumerated() {
      for number in 0..<6 {
        let name = "0000\(2 * label + number % 2)-0000\(number / 2).png"
        #expect(
          try own.read("samples/images/\(shape)/\(name)")
            == own.read("plain/images/\(shape)/0000\(number).png"))
      }
    }
  }

  @Test func knownCodesAreKeptAndTheRestIsDrawn() throws {
    try run(completion("--rows", "0.5"))
    let file = try samples()
    #expect(file.candidates.count == 18)
    #expect(Set(file.sources.keys).contains(PartialPictures.sourceRole))
    for candidate in file.candidates {
      let expected = try codes(of: picture(of: candidate), known(rows: 0.5))
      for (codes, own) in zip(candidate.codes, expected) {
        #expect(codes.prefix(codes.count / 2) == own.prefix(own.count / 2))
      }
    }
    #expect(Set(file.candidates.map { $0.codes[1].suffix(32) }).count > 9)
    let (tile, gap) = (3 * 16, 2)
    let sheet = try Image(contentsOf: own("samples/contact-sheet.png"), color: .grey)
    #expect(sheet.width == gap + 5 * (tile + gap))

    // What is hidden is not looked at.
    for shape in Shape.allCases {
      for number in 0..<2 {
        let image = known(rows: 0.5).blanking(shape.image(number: number))
        try own.write(Data(image.pngBytes()), to: "blanked/\(shape)/\(number).png")
      }
    }
    try run(completion("--rows", "0.5", of: "blanked", to: "others"))
    #expect(try own.snapshot(of: "others/images") == own.snapshot(of: "samples/images"))
    #expect(
      try own.read("others/samples.safetensors") == own.read("samples/samples.safetensors"))
  }

  @Test(arguments: [[], ["--keep", "0.4"], ["--threshold", "0.3", "--attempts", "300"]])
  func batchThreadsAndShardsChangeNothing(flags: [String]) throws {
    let command = completion("--rows", "0.5").with(flags)
    let outcome = try run(command)
    let expected = try own.snapshot(of: "samples")
    try run(command.with("--output", "others", "--batch", "5", "--threads", "3"))
    #expect(try own.snapshot(of: "others") == expected)
    let inShards = command.with("--output", "shards")
    try own.run(inShards, inShards: 3)
    let shards = try own.files(in: "shards")
    #expect(shards.count == 3)
    #expect(try run(inShards).output == outcome.output)
    #expect(try own.snapshot(of: "shards").filter { !shards.contains($0.key) } == expected)
    let refused = try inShards.with("--rows", "0.75").run(in: own)
    #expect(refused.code == 1)
    #expect(
      refused.errorLines.last
        == "error: shards/samples-1-of-3.safetensors completes other pictures, or other parts of "
        + "them; remove all shards, or draw them again with the same flags")
  }

  @Test func theBestOfEachPictureAreKept() throws {
    try run(completion("--rows", "0.5", "--keep", "0.25"))
    let candidates = try samples().candidates
    #expect(candidates.count == 6 * 12)
    for label in Int32(0)..<3 {
      for picture in 0..<2 {
        let pool = candidates.filter { $0.label == label && $0.number % 2 == picture }
        let best = pool.compactMap(\.score).sorted(by: >).prefix(3)
        #expect(pool.count == 12)
        #expect(pool.filter(\.isAccepted).compactMap(\.score).sorted(by: >) == Array(best))
      }
    }
  }

  @Test func aMaskSaysWhatIsKnown() throws {
    func write(_ isLight: (_ y: Int, _ x: Int) -> Bool) throws {
      let shape = ImageShape(size: ImageSize(square: 16), channels: 1)
      let bytes: [UInt8] = (0..<256).map { isLight($0 / 16, $0 % 16) ? 255 : 0 }
      try own.write(Data(Image(shape: shape, bytes: bytes).pngBytes()), to: "mask.png")
    }
    try write { y, _ in y < 8 }
    try run(completion("--mask", "mask.png"))
    try run(completion("--rows", "0.5", to: "rows"))
    #expect(try own.snapshot(of: "samples") == own.snapshot(of: "rows"))

    // What comes later than what is drawn is kept all the same.
    try write { y, x in y >= 8 || x < 4 }
    try run(completion("--mask", "mask.png"))
    let mask = KnownPixels(lightIn: try Image(contentsOf: own("mask.png"), color: .grey))
    for candidate in try samples().candidates {
      let expected = try codes(of: picture(of: candidate), mask)
      for (index, side) in [4, 8].enumerated() {
        for code in 0..<side * side where code / side >= side / 2 || code % side < side / 4 {
          #expect(candidate.codes[index][code] == expected[index][code])
        }
      }
    }
  }

  @Test func picturesWithoutClassesAreCompletedAsTheClassesAskedFor() throws {
    try own.writeShapes(to: "flat", count: 1, labelled: false)
    let outcome = try run(completion("--rows", "0.5", of: "flat", count: 2))
    #expect(outcome.output.contains(/\ndisc +6 +6 +0 +100%\nring +6/))
    #expect(
      try own.files(in: "samples/images/ring")
        == (0..<3).flatMap { picture in (0..<2).map { "0000\(picture)-0000\($0).png" } })
    try run(completion("--rows", "0.5", "--classes", "ring", of: "flat", count: 2, to: "rings"))
    #expect(
      try own.snapshot(of: "rings/images/ring") == own.snapshot(of: "samples/images/ring"))
    // Nor do classes of their own count where others are asked for.
    try run(completion("--rows", "0.5", "--classes", "ring", count: 1, to: "asked"))
    #expect(try own.files(in: "asked/images/ring").count == 6)
  }

  @Test func whatIsRefused() throws {
    try expectRefusal(
      completion("--rows", "0.5", of: "none"), in: own,
      "none cannot be opened: No such file or directory; check the path and its permissions")
    try expectRefusal(
      completion("--mask", "none.png"), in: own,
      "none.png cannot be opened: No such file or directory; check the path and its permissions")
    try own.write(Data([1, 2]), to: "mask.png")
    try expectRefusal(
      completion("--mask", "mask.png"), in: own,
      "mask.png is not a PNG, JPEG or WebP; convert it to one of them or take it away")
    try own.move("pictures/ring", to: "pictures/star")
    try expectRefusal(
      completion("--rows", "0.5"), in: own,
      "pictures has the class 'star', which \(pipeline.folder("prior-top.safetensors")) does not "
        + "know; pass images in the classes of the models")
  }

  @Test func completionsAreNoSamplesToTuneWith() throws {
    try run(completion("--rows", "0.5"))
    try expectRefusal(
      .tuneRejection(
        models: pipeline.folder.path, samples: "samples/samples.safetensors",
        images: pipeline.folder("images"), output: "report"), in: own,
      "samples/samples.safetensors has completions of pictures, of which the best of each picture are "
        + "kept; pass samples that were drawn without --complete")
  }
}
