import Artifacts
import Foundation
import Images
import Models
import ProcessTesting
import Testing

/// The way back from codes, ours or another program's.
@Suite struct DecodingTests {
  private let pipeline: Pipeline
  private let own: TemporaryFolder
  private let vqvae: LoadedVQVAE
  private let codes: CodeFile

  init() throws {
    pipeline = try Pipeline.shared.get()
    own = try TemporaryFolder()
    vqvae = try LoadedVQVAE(path: pipeline.folder("vqvae.safetensors"))
    codes = try CodeFile(path: pipeline.folder("codes.safetensors"))
  }

  private func decoding(_ codes: String? = nil, to output: String = "decoded") -> Command {
    .decodeCodes(
      codes ?? pipeline.folder("codes.safetensors"), vqvae: pipeline.folder("vqvae.safetensors"),
      output: output)
  }

  private func run(_ command: Command) throws {
    let outcome = try command.run(in: own)
    try #require(outcome.code == 0, "\(outcome.errors)")
  }

  private func write(_ codes: HandwrittenCodes) throws {
    try own.write(codes.data(), to: "theirs.safetensors")
  }

  /// What the model makes of each image that the codes were extracted from.
  private func reconstructions() throws -> [Image] {
    let dataset = try openDataset(
      path: pipeline.folder("images"), labels: nil, size: nil, color: .grey)
    var images: [Image] = []
    _ = try reconstruct(dataset, by: vqvae.model, batchSize: 1) { images += $1.images() }
    return images
  }

  @Test func extractedCodesBecomeTheReconstructionsOfTheModel() throws {
    try run(decoding())
    let expected = try reconstructions()
    let count = Pipeline.imagesPerClass
    for (label, name) in Shape.names.enumerated() {
      for number in 0..<count {
        let file = "decoded/images/\(name)/\(String(format: "%05d", number)).png"
        #expect(try own.read(file) == Data(expected[label * count + number].pngBytes()))
      }
    }
    #expect(try own.files(in: "decoded").count == 3 * count + 1)
    var sheet = ContactSheet(columns: 12, zoom: 3)
    for label in 0..<3 { sheet.addGroup(Array(expected[label * count..<(label + 1) * count])) }
    #expect(
      try Image(contentsOf: own("decoded/contact-sheet.png"), color: .grey) == sheet.render())
  }

  @Test func oneFileOfImagesIsADataSet() throws {
    try run(decoding(to: "decoded.safetensors"))
    let images = try openDataset(
      path: own("decoded.safetensors"), labels: nil, size: nil, color: nil)
    let expected = try reconstructions()
    #expect(images.classNames == Shape.names && images.count == expected.count)
    for (index, image) in expected.enumerated() {
      #expect(try images.image(at: index) == image)
      #expect(images.label(at: index) == index / Pipeline.imagesPerClass)
    }
    let file = try ArtifactFile(path: own("decoded.safetensors"), kind: .images, unread: true)
    #expect(
      file.metadata.sources == ["codes": codes.digest, "vqvae": vqvae.file.digest])
    try run(
      .trainVQVAE(images: "decoded.safetensors", output: "again.safetensors").with("--steps", "1"))
  }

  @Test func shardsThreadsAndAnotherRunChangeNothing() throws {
    let extraction = Command.extractCodes(
      vqvae: pipeline.folder("vqvae.safetensors"), images: pipeline.folder("images"))
    try own.run(extraction, inShards: 4)
    try run(decoding("codes.safetensors", to: "of-shards").with("--threads", "3"))
    try run(decoding())
    #expect(try own.snapshot(of: "of-shards") == own.snapshot(of: "decoded"))
    try run(decoding())
    #expect(try own.snapshot(of: "of-shards") == own.snapshot(of: "decoded"))
    for output in ["of-shards.safetensors", "decoded.safetensors"] {
      try run(decoding(output == "decoded.safetensors" ? nil : "codes.safetensors", to: output))
    }
    #expect(try own.read("of-shards.safetensors") == own.read("decoded.safetensors"))
  }

  @Test func codesThatAnotherProgramWrote() throws {
    try run(decoding())
    var theirs = try HandwrittenCodes(of: codes)
    try write(theirs)
    try run(decoding("theirs.safetensors", to: "of-theirs"))
    #expect(try own.snapshot(of: "of-theirs") == own.snapshot(of: "decoded"))

    theirs.vqvae = nil
    try write(theirs)
    try expectRefusal(
      decoding("theirs.safetensors", to: "refused"), in: own,
      "theirs.safetensors does not say which VQ-VAE its codes are of; pass --any-model if they are "
        + "of \(vqvae.file.path)")
    try run(decoding("theirs.safetensors", to: "of-any").with("--any-model"))
    #expect(try own.snapshot(of: "of-any") == own.snapshot(of: "decoded"))

    theirs.labels[7] = -1
    try write(theirs)
    try run(decoding("theirs.safetensors", to: "unlabelled").with("--any-model"))
    #expect(try own.files(in: "unlabelled/images").count == theirs.labels.count)
    #expect(
      try own.read("unlabelled/images/00059.png") == own.read("decoded/images/square/00019.png"))
  }

  @Test(arguments: ["decoded", "decoded.safetensors"])
  func whatIsRefusedLeavesNothing(output: String) throws {
    func expectRefusal(
      _ problem: String, _ change: (inout HandwrittenCodes) -> Void
    ) throws {
      var theirs = try HandwrittenCodes(of: codes)
      change(&theirs)
      try write(theirs)
      try StageTests.expectRefusal(
        decoding("theirs.safetensors", to: output), in: own, "theirs.safetensors \(problem)")
    }
    let model = vqvae.file.path
    try expectRefusal(
      "has code 16 in level 'bottom' of image 3, beyond its codebook of 16; extract the codes again"
    ) { $0.levels[1].codes[3 * 64 + 5] = 16 }
    try expectRefusal(
      "has label 3 for image 5, beyond its 3 classes; extract the codes again"
    ) { $0.labels[5] = 3 }
    try expectRefusal(
      "was not made from \(model) but from another vqvae; pass the vqvae it was made from or make it "
        + "again"
    ) { $0.vqvae = String(repeating: "0", count: 64) }
    let ours = "'top' of 4×4 codes of 16, 'bottom' of 8×8 codes of 16"
    try expectRefusal(
      "has 'top' of 8×2 codes of 16, 'bottom' of 8×8 codes of 16, and \(model) has \(ours); pass "
        + "codes of that model"
    ) { ($0.levels[0].height, $0.levels[0].width) = (2, 8) }
    try expectRefusal(
      "has 'top' of 4×4 codes of 17, 'bottom' of 8×8 codes of 16, and \(model) has \(ours); pass "
        + "codes of that model"
    ) { $0.levels[0].codebookSize = 17 }
    try expectRefusal(
      "has codes of images of another size or colour than \(model) decodes to; pass codes of that "
        + "model"
    ) { $0.imageShape = [16, 16, 3] }
    try expectRefusal("has no codes; extract the codes of some images") {
      for level in 0..<2 { $0.levels[level].codes = [] }
      $0.labels = []
    }
  }

  @Test func filesThatAreNoCodesOrNoModel() throws {
    try expectRefusal(
      decoding("none.safetensors"), in: own,
      "none.safetensors is missing; check the path")
    try expectRefusal(
      .decodeCodes(vqvae.file.path, vqvae: vqvae.file.path, output: "decoded"), in: own,
      "\(vqvae.file.path) is a 'vqvae' file, not a 'codes' file; pass a 'codes' file")
    try expectRefusal(
      .decodeCodes(codes.path, vqvae: codes.path, output: "decoded"), in: own,
      "\(codes.path) is a 'codes' file, not a 'vqvae' file; pass a 'vqvae' file")
    var theirs = try HandwrittenCodes(of: codes)
    theirs.classNames[1] = "../ring"
    try write(theirs)
    try expectRefusal(
      decoding("theirs.safetensors"), in: own,
      "decoded cannot have a sub-folder for the class '../ring'; use images whose classes have the "
        + "names of folders")
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func interrupted(signal: Int32) throws {
    try own.writeShapes(to: "many", count: 1000)
    try run(.extractCodes(vqvae: vqvae.file.path, images: "many"))
    let before = try own.files()
    let running = try decoding("codes.safetensors").start(in: own)
    #expect(running.waitForError("%), "))
    running.send(signal: signal)
    #expect(running.finish().code == 128 + signal)
    #expect(try own.files() == before)
  }
}
