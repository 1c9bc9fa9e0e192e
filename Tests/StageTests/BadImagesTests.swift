import Foundation
import Images
import ProcessTesting
import Testing

/// Images no stage can work with.
@Suite struct BadImagesTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private static func readers(_ images: String) -> [Command] {
    [.trainVQVAE(images: images), .trainClassifier(images: images)]
  }

  @Test func anEmptyFolder() throws {
    try FileManager.default.createDirectory(
      atPath: folder("empty"), withIntermediateDirectories: false)
    for command in Self.readers("empty") {
      try expectRefusal(
        command, in: folder,
        "empty holds no picture; give a folder of .png, .jpg or .webp files, or of one sub-folder of them for each "
          + "class")
    }
  }

  @Test func aMissingFolder() throws {
    for command in Self.readers("missing") {
      try expectRefusal(
        command, in: folder,
        "missing cannot be opened: No such file or directory; check the path and its permissions")
    }
  }

  @Test func aPNGCutShort() throws {
    try folder.writeShapes(to: "images", count: 4)
    let whole = try folder.read("images/ring/2.png")
    try folder.write(whole.prefix(whole.count / 2), to: "images/ring/2.png")
    // In one batch, so that it is met at the first step, before there is progress to tell.
    for command in Self.readers("images") {
      let outcome = try command.with("--batch", "64", "--held-out", "1").run(in: folder)
      #expect(outcome.code == 1 && outcome.output.isEmpty)
      #expect(outcome.errorLines.count == 1)
      #expect(outcome.errors.hasPrefix("error: images/ring/2.png is a damaged PNG ("))
      #expect(outcome.errors.hasSuffix("); copy or export it again\n"))
      #expect(try folder.files().filter { isTemporary($0) || $0.hasSuffix("safetensors") } == [])
    }
  }

  @Test func badImagesAreNamedCountedAndLeftOut() throws {
    try folder.writeShapes(to: "images", count: 20)
    try folder.writeShapes(to: "good", count: 20)
    // The very first image, whose header says what size all have, one that ends early, one too large.
    let bad = ["disc/0.png", "ring/2.png", "square/7.png"]
    let whole = try folder.read("images/ring/2.png")
    try folder.write(Data("no PNG".utf8), to: "images/disc/0.png")
    try folder.write(whole.prefix(whole.count / 2), to: "images/ring/2.png")
    try folder.write(
      Data(try Shape.square.image(number: 1, side: 24).pngBytes()), to: "images/square/7.png")
    for name in bad { try FileManager.default.removeItem(atPath: folder("good/\(name)")) }
    let skip = ["--bad-images", "skip"]
    for (name, command) in [
      ("vqvae", Command.trainVQVAE()), ("classifier", .trainClassifier()),
      ("codes", .extractCodes()),
    ] {
      // For a model that knows its size, none is too large.
      let count = name == "codes" ? 2 : 3
      if name == "codes" { try folder.copy(folder("images/\(bad[2])"), to: "good/\(bad[2])") }
      let outcome = try command.with(skip).run(in: folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
      let warnings = outcome.errorLines.filter { $0.hasPrefix("warning: ") }
      #expect(warnings.count == count + 1)
      for (line, name) in zip(warnings, bad.prefix(count)) {
        #expect(line.hasPrefix("warning: images/\(name) "))
      }
      #expect(warnings.last == "warning: \(count) of 60 images cannot be read and are left out")
      // What is left is what would have been there without them.
      try folder.move("\(name).safetensors", to: "skipping-\(name).safetensors")
      let flags = name == "codes" ? ["--vqvae", "skipping-vqvae.safetensors"] : []
      #expect(try command.with(flags + ["--images", "good"]).run(in: folder).code == 0)
      #expect(
        try folder.read("\(name).safetensors") == folder.read("skipping-\(name).safetensors"))
    }
  }

  @Test func noImageThatCanBeRead() throws {
    for name in ["0", "1"] { try folder.write(Data("no PNG".utf8), to: "images/\(name).png") }
    let outcome = try Command.trainVQVAE().with("--size", "16", "--bad-images", "skip").run(
      in: folder)
    #expect(
      outcome.code == 1 && outcome.errorLines.last?.hasPrefix("error: images/0.png ") == true)
  }

  @Test func aPNGCutShortWhileExtracting() throws {
    let pipeline = try Pipeline.shared.get()
    try folder.writeShapes(to: "images", count: 4)
    let whole = try folder.read("images/ring/2.png")
    try folder.write(whole.prefix(20), to: "images/ring/2.png")
    try expectRefusal(
      .extractCodes(vqvae: pipeline.folder("vqvae.safetensors")), in: folder,
      "images/ring/2.png is cut short within its header; copy or export it again")
  }

  @Test func imagesOfDifferentSizes() throws {
    try folder.writeShapes(to: "images", count: 4)
    let larger = try Shape.ring.image(number: 1, side: 24).pngBytes()
    try folder.write(Data(larger), to: "images/ring/1.png")
    for command in Self.readers("images") {
      try expectRefusal(
        command, in: folder,
        "images/ring/1.png is 24×24 pixels, images/disc/0.png is 16×16; give --size to bring all "
          + "images to one size")
      #expect(try command.with("--size", "16", "--steps", "1").run(in: folder).code == 0)
    }
  }

  @Test func labelsOfTheWrongNumber() throws {
    let images = [0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 16, 0, 0, 0, 16] + [Int](0..<1024)
    let labels = [0, 0, 8, 1, 0, 0, 0, 3, 0, 1, 2]
    try folder.write(Data(images.map { UInt8($0 % 256) }), to: "images-idx3")
    try folder.write(Data(labels.map { UInt8($0) }), to: "labels-idx1")
    for command in Self.readers("images-idx3") {
      try expectRefusal(
        command.with("--labels", "labels-idx1"), in: folder,
        "labels-idx1 holds 3 labels for the 4 images of images-idx3; give the labels that belong "
          + "to the images")
    }
  }

  @Test func aSizeThatDoesNotDivide() throws {
    try folder.writeShapes(to: "images", count: 4)
    try expectRefusal(
      .trainVQVAE().with("--size", "18"), in: folder,
      "images cannot be trained on; images of 18×18 do not divide by 4, the factor between the "
        + "image and the top level; choose another --size or --downsampling")
  }

  @Test func imagesTooFewToHoldOneOut() throws {
    try folder.write(Data(try Shape.disc.image(number: 0).pngBytes()), to: "one/0.png")
    try expectRefusal(
      .trainVQVAE(images: "one"), in: folder,
      "one has fewer than two images, one to train on and one to validate with; add images")
  }

  @Test func imagesOfAnotherSizeThanTheModels() throws {
    let pipeline = try Pipeline.shared.get()
    try folder.write(Data(try Shape.disc.image(number: 0, side: 24).pngBytes()), to: "large/0.png")
    try folder.write(
      Data(
        try Shape.disc.image(number: 0, side: 24).resized(toFill: ImageSize(square: 16)).pngBytes()),
      to: "small/0.png")
    func codes(_ images: String) throws -> Data {
      let command = Command.extractCodes(
        vqvae: pipeline.folder("vqvae.safetensors"), images: images)
      #expect(try command.run(in: folder).code == 0)
      return try folder.read("codes.safetensors")
    }
    #expect(try codes("large") == codes("small"))
  }
}
