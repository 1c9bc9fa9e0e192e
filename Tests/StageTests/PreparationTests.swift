import Artifacts
import Foundation
import Images
import Models
import ProcessTesting
import Testing

/// Pictures prepared once: what comes of the file is what comes of the pictures.
@Suite struct PreparationTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func run(_ command: Command) throws -> Outcome {
    let outcome = try command.run(in: folder)
    try #require(outcome.code == 0, "\(outcome.errors)")
    return outcome
  }

  private func model(_ command: Command, _ name: String) throws -> Data {
    try? FileManager.default.removeItem(atPath: folder(name))
    _ = try run(command)
    return try folder.read(name)
  }

  @Test func modelsAndCodesAreThoseOfThePictures() throws {
    try folder.writeShapes(to: "images", count: 6, side: 20)
    let flags = ["--size", "16", "--grey"]
    let prepared = try run(Command.prepareImages().with(flags))
    #expect(prepared.found.first?.hasPrefix("found in images: 18 images") == true)
    let steps = ["--steps", "20", "--held-out", "3"]
    let vqvae = Command.trainVQVAE().with(steps)
    let model = try model(vqvae.with("--size", "16"), "vqvae.safetensors")
    // Without --grey: the file knows.
    let again = Command(
      "train-vqvae", vqvae.arguments.filter { $0 != "--grey" } + ["--images", "images.safetensors"])
    #expect(try self.model(again, "vqvae.safetensors") == model)

    let classifier = Command.trainClassifier().with(steps)
    let classes = try self.model(classifier.with("--size", "16"), "classifier.safetensors")
    #expect(
      try self.model(classifier.with("--images", "images.safetensors"), "classifier.safetensors")
        == classes)

    let codes = try self.model(Command.extractCodes(), "codes.safetensors")
    let others = Command.extractCodes(images: "images.safetensors")
    #expect(try self.model(others, "codes.safetensors") == codes)
  }

  @Test func shards() throws {
    try folder.writeShapes(to: "images", count: 6)
    let command = Command.prepareImages()
    let whole = try model(command, "images.safetensors")
    try FileManager.default.removeItem(atPath: folder("images.safetensors"))
    try folder.run(command, inShards: 4)
    let training = Command.trainVQVAE().with("--steps", "3")
    let fromPictures = try model(training, "vqvae.safetensors")
    #expect(
      try model(training.with("--images", "images.safetensors"), "vqvae.safetensors")
        == fromPictures)
    #expect(try model(command, "images.safetensors") == whole)

    try FileManager.default.removeItem(atPath: folder("images.safetensors"))
    try expectRefusal(
      command.with("--grey"), in: folder,
      "images-1-of-4.safetensors was made from other images or with other settings; remove all "
        + "shards, or make them again with the same flags")
    try FileManager.default.removeItem(atPath: folder("images-2-of-4.safetensors"))
    try expectRefusal(
      training.with("--images", "images.safetensors"), in: folder,
      "images-2-of-4.safetensors is missing, though other shards are there; run the stage with "
        + "--shard 2/4 too")
  }

  @Test func copiesAreThoseThatCodesAreExtractedOf() throws {
    try folder.writeShapes(to: "images", count: 3, side: 40)
    let copies = ["--copies", "4", "--crop", "--seed", "3"]
    let prepared = Command.prepareImages().with("--size", "16", "--grey").with(copies)
    let file = try model(prepared, "images.safetensors")
    let vqvae = try Pipeline.shared.get().folder("vqvae.safetensors")
    let codes = try ["images", "images.safetensors"].map { images in
      let extraction = Command.extractCodes(vqvae: vqvae, images: images)
      _ = try model(
        images == "images" ? extraction.with(copies) : extraction, "codes.safetensors")
      let codes = try CodeFile(path: folder("codes.safetensors"))
      return try codes.readCodes(level: "bottom", images: 0..<codes.count)
    }
    #expect(codes[0] == codes[1] && codes[0].count == 45 * 64)

    // Copies altered in another way are not gone on with.
    let partial = folder("images.partial.safetensors")
    try file.write(to: URL(fileURLWithPath: partial))
    let others = try model(prepared.with("--flip"), "images.safetensors")
    #expect(others != file)
    #expect(try model(prepared, "images.safetensors") == file)
    let alone = try Command.prepareImages().with("--crop", "--size", "16").run(in: folder)
    #expect(alone.code == 64 && alone.errors.contains("--crop needs --copies."))
  }

  @Test func endedAtAnyMomentItGoesOn() throws {
    try folder.writeShapes(to: "images", count: 300, side: 100)
    let command = Command.prepareImages()
    let whole = try model(command, "images.safetensors")
    try FileManager.default.removeItem(atPath: folder("images.safetensors"))
    let partial = folder("images.partial.safetensors")
    for signal in [SIGKILL, SIGTERM, SIGKILL] {
      let running = try command.start(in: folder)
      while !FileManager.default.fileExists(atPath: partial) { usleep(1000) }
      usleep(20_000)
      running.send(signal: signal)
      #expect(running.finish().code != 0)
    }
    let left = try Data(contentsOf: URL(fileURLWithPath: partial))
    // What another run has left of other images is of no use.
    #expect(try model(command.with("--grey"), "images.safetensors") != whole)
    try FileManager.default.removeItem(atPath: folder("images.safetensors"))
    try left.write(to: URL(fileURLWithPath: partial))
    // Nor is an image that was written in part.
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: partial))
    try handle.seek(toOffset: UInt64(left.count - 900 * 100 * 100 * 3 + 5))
    try handle.write(contentsOf: Data([1, 2, 3]))
    try handle.close()
    #expect(try model(command, "images.safetensors") == whole)
    #expect(try folder.files().filter { !$0.hasPrefix("images/") } == ["images.safetensors"])
  }

  @Test func aDamagedFileIsRefused() throws {
    try folder.writeShapes(to: "images", count: 6)
    let whole = try model(Command.prepareImages().with("--grey"), "images.safetensors")
    let training = Command.trainVQVAE(images: "images.safetensors").with("--steps", "3")
    func write(changing place: Int) throws {
      var damaged = whole
      damaged[place] ^= 1
      try folder.write(damaged, to: "images.safetensors")
    }
    try write(changing: whole.count - 1)
    try expectRefusal(
      training, in: folder,
      "images.safetensors is damaged in the image 'square/5.png'; copy it again or prepare the "
        + "images again")
    // Behind the pixels, from the end: checksums of four bytes, names.
    try write(changing: whole.count - 18 * 256 - 18 * 4 - 10)
    try expectRefusal(
      training, in: folder,
      "images.safetensors is damaged: labels or names are not those of its images; copy it again or "
        + "prepare the images again")
    try folder.write(whole.dropLast(), to: "images.safetensors")
    let cut = try training.run(in: folder)
    #expect(cut.code == 1 && cut.errorLines.count == 1)
    try expectRefusal(
      Command.extractCodes(
        vqvae: try Pipeline.shared.get().folder("vqvae.safetensors"),
        images: try Pipeline.shared.get().folder("codes.safetensors")), in: folder,
      "\(try Pipeline.shared.get().folder("codes.safetensors")) is a 'codes' file, not a 'images' "
        + "file; pass a 'images' file")
  }

  @Test func badPictures() throws {
    try folder.writeShapes(to: "images", count: 2)
    try folder.write(Data([1]), to: "images/disc/0.png")
    try expectRefusal(
      Command.prepareImages().with("--size", "16"), in: folder,
      "images/disc/0.png is not a PNG, JPEG or WebP; convert it to one of them or take it away")
    let outcome = try run(Command.prepareImages().with("--size", "16", "--bad-images", "skip"))
    #expect(outcome.errors.contains("1 of 6 images cannot be read and are left out"))
    let images = try openDataset(
      path: folder("images.safetensors"), labels: nil, size: nil, color: nil)
    #expect(images.count == 5 && images.shape.channels == 3)
    #expect(images.name(at: 0) == "disc/1.png" && images.label(at: 4) == 2)
  }
}
