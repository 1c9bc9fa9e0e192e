import Foundation
import ProcessTesting
import Testing

/// Pictures as they lie on people's disks: what the stages make of them and say about them.
@Suite struct DataSetTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func train(_ flags: String..., images: String = "images") throws -> (Outcome, Data) {
    try? FileManager.default.removeItem(atPath: folder("vqvae.safetensors"))
    let outcome = try Command.trainVQVAE(images: images).with("--steps", "3").with(flags).run(
      in: folder)
    try #require(outcome.code == 0, "\(outcome.errors)")
    return (outcome, try folder.read("vqvae.safetensors"))
  }

  /// A tree as ImageNet's: classes named by numbers, some pictures deeper, other things beside them.
  @Test func aTreeAsImageNets() throws {
    for (number, shape) in Shape.allCases.enumerated() {
      for picture in 0..<6 {
        let depth = picture % 2 == 0 ? "" : "deeper/"
        try folder.write(
          Data(try shape.image(number: picture).pngBytes()),
          to: "photos/train/n0144076\(number)/\(depth)n_\(picture).JPEG")
      }
    }
    try folder.write(Data([1]), to: "photos/train/n01440764.tar")
    try folder.write(Data([1]), to: "photos/train/empty/readme.txt")
    let command = Command.trainVQVAE(images: "photos").with("--steps", "1")
    try expectRefusal(
      command, in: folder,
      "photos holds folders of classes: train; give one of them, such as photos/train")
    let (outcome, _) = try train(images: "photos/train")
    #expect(
      outcome.found == [
        "found in photos/train: 18 images of 16×16 pixels in grey, 3 classes; passed over 1 .tar, "
          + "1 .txt, 1 folder without a picture ('empty')"
      ])
  }

  /// JPEGs as ImageNet has them: in colour, in grey, in four inks, and a PNG under their name.
  @Test func jpegsAsImageNets() throws {
    let seeds = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../FileReaderTests/Seeds/jpeg").standardized.path
    for (index, name) in ["baseline", "grey", "progressive", "cmyk"].enumerated() {
      let synset = index < 2 ? "n01440764" : "n01443537"
      try folder.copy("\(seeds)/\(name).jpg", to: "train/\(synset)/\(synset)_\(index).JPEG")
    }
    let png = try Shape.disc.image(number: 0, side: 20).pngBytes()
    try folder.write(Data(png), to: "train/n01443537/n01443537_9.JPEG")
    let images = ["--images", "train", "--color", "--size", "16"]
    let command = Command.trainVQVAE().with(images).with("--steps", "3", "--held-out", "1")
    let outcome = try Command("train-vqvae", command.arguments.filter { $0 != "--grey" })
      .run(in: folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(
      outcome.found == ["found in train: 5 images of 16×16 pixels in colour, 2 classes"])
    // In an archive they are the same images.
    try folder.pack("train", as: "train.tar.gz")
    func prepared(_ images: String) throws -> Data {
      let command = Command.prepareImages(images).with("--size", "16")
      #expect(try command.run(in: folder).code == 0)
      return try folder.read("images.safetensors")
    }
    #expect(try prepared("train.tar.gz") == prepared("train"))
  }

  /// The classes of a table are those of folders, and the model is the same.
  @Test func aTableOfLabels() throws {
    try folder.writeShapes(to: "images", count: 6)
    var rows = ["class,path,split"]
    for shape in Shape.allCases {
      for number in 0..<6 {
        rows.append("\(shape),\(shape)/\(number).png,\(number < 5 ? "train" : "test")")
      }
    }
    try folder.write(Data(rows.joined(separator: "\r\n").utf8), to: "labels.csv")
    let steps = ["--steps", "20", "--held-out", "3"]
    let command = Command.trainClassifier().with(steps)
    #expect(try command.run(in: folder).code == 0)
    let byFolders = try folder.read("classifier.safetensors")
    try FileManager.default.removeItem(atPath: folder("classifier.safetensors"))
    let labelled = command.with("--labels", "labels.csv")
    #expect(try labelled.run(in: folder).code == 0)
    #expect(try folder.read("classifier.safetensors") == byFolders)
    try FileManager.default.removeItem(atPath: folder("classifier.safetensors"))
    let part = try labelled.with("--where", "split=train").run(in: folder)
    #expect(
      part.found == [
        "found in images: 15 images of 16×16 pixels in grey, 3 classes; passed over 3 pictures "
          + "whose rows are not chosen"
      ])
    #expect(part.code == 0)
    #expect(try folder.read("classifier.safetensors") != byFolders)
    try expectRefusal(
      labelled.with("--where", "split=none"), in: folder,
      "labels.csv has no row that is chosen; pass another --where")
    try folder.write(Data("disc/0.png,\"disc".utf8), to: "labels.csv")
    try expectRefusal(
      labelled, in: folder,
      "labels.csv has a quote that is never closed, in line 1; give a table of comma-separated "
        + "values in UTF-8")
  }

  /// Windows are the same whether a training is stopped in between or not.
  @Test func randomWindows() throws {
    for number in 0..<20 {
      try folder.write(
        Data(try Shape.ring.image(number: number, side: 24 + number).pngBytes()),
        to: "images/\(number).png")
    }
    let crop = ["--size", "16", "--crop", "--crop-scale", "0.5,1"]
    let plain = try train("--size", "16").1
    let once = try train("--size", "16", "--crop", "--crop-scale", "0.5,1").1
    #expect(once != plain)
    #expect(try train("--size", "16", "--crop", "--crop-scale", "0.5,1").1 == once)
    #expect(try train("--size", "16", "--crop").1 != once)

    try FileManager.default.removeItem(atPath: folder("vqvae.safetensors"))
    let long = Command.trainVQVAE().with(crop + ["--steps", "60"])
    #expect(try long.run(in: folder).code == 0)
    let whole = try folder.read("vqvae.safetensors")
    try FileManager.default.removeItem(atPath: folder("vqvae.safetensors"))
    let running = try long.with("--checkpoint-interval", "0").start(in: folder)
    #expect(running.waitForError("step"))
    running.send(signal: SIGTERM)
    let stopped = running.finish()
    if stopped.code != 0 {
      // Other windows are other images, which a checkpoint refuses.
      let other = try long.with("--crop-scale", "0.25,1").run(in: folder)
      #expect(other.code == 1 && other.errors.contains("images"))
      #expect(try long.run(in: folder).code == 0)
    }
    #expect(try folder.read("vqvae.safetensors") == whole)
  }

  @Test func windowsOfCopies() throws {
    let pipeline = try Pipeline.shared.get()
    for number in 0..<3 {
      try folder.write(
        Data(try Shape.ring.image(number: number, side: 40).pngBytes()), to: "images/\(number).png")
    }
    let command = Command.extractCodes(vqvae: pipeline.folder("vqvae.safetensors")).with(
      "--copies", "2")
    #expect(try command.run(in: folder).code == 0)
    let plain = try folder.read("codes.safetensors")
    #expect(try command.with("--crop").run(in: folder).code == 0)
    let cropped = try folder.read("codes.safetensors")
    #expect(cropped != plain)
    try FileManager.default.removeItem(atPath: folder("codes.safetensors"))
    try folder.run(command.with("--crop"), inShards: 2)
    #expect(try command.with("--crop").run(in: folder).code == 0)
    #expect(try folder.read("codes.safetensors") == cropped)
  }
}
