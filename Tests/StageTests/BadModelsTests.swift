import Artifacts
import Foundation
import Models
import PixelCNN
import ProcessTesting
import Testing

/// Model and code files that are damaged, foreign, or do not belong together.
@Suite struct BadModelsTests {
  private let pipeline: Pipeline
  private let own: TemporaryFolder

  init() throws {
    pipeline = try Pipeline.shared.get()
    own = try TemporaryFolder()
    for file in ["vqvae", "prior-top", "prior-bottom"] {
      try own.copy(pipeline.folder("\(file).safetensors"), to: "models/\(file).safetensors")
    }
  }

  private let sample = Command.sampleImages(models: "models", output: "samples")

  @Test func swappedPriors() throws {
    try own.move("models/prior-top.safetensors", to: "models/other")
    try own.move("models/prior-bottom.safetensors", to: "models/prior-top.safetensors")
    try own.move("models/other", to: "models/prior-bottom.safetensors")
    try expectRefusal(
      sample, in: own,
      "models/prior-top.safetensors is not the prior of level 'top'; train it with --level top")
  }

  @Test func aMissingPrior() throws {
    try FileManager.default.removeItem(atPath: own("models/prior-bottom.safetensors"))
    for command in [sample, .evaluate(models: "models", images: pipeline.folder("images"))] {
      try expectRefusal(
        command, in: own,
        "models/prior-bottom.safetensors is missing; train it with train-prior --level bottom")
    }
  }

  @Test func aMissingFolder() throws {
    try expectRefusal(
      .sampleImages(models: "nowhere", output: "samples"), in: own,
      "nowhere/vqvae.safetensors is missing; check the path")
    try expectRefusal(
      .trainPrior("top", codes: "nowhere/codes.safetensors"), in: own,
      "nowhere/codes.safetensors is missing; check the path")
  }

  @Test func aPriorOfAnotherVQVAE() throws {
    let images = pipeline.folder("images")
    #expect(
      try Command.trainVQVAE(images: images, output: "other.safetensors")
        .with("--steps", "1", "--seed", "1").run(in: own).code == 0)
    #expect(
      try Command.extractCodes(vqvae: "other.safetensors", images: images).run(in: own).code == 0)
    try FileManager.default.removeItem(atPath: own("models/prior-top.safetensors"))
    let prior = Command.trainPrior("top", output: "models/prior-top.safetensors")
    #expect(try prior.with("--steps", "1").run(in: own).code == 0)
    try expectRefusal(
      sample, in: own,
      "models/prior-top.safetensors was not made from models/vqvae.safetensors but from another "
        + "vqvae; pass the vqvae it was made from or make it again")
  }

  @Test func aCodeOutsideTheCodebook() throws {
    let codes = try CodeFile(path: pipeline.folder("codes.safetensors"))
    var tensors = try codes.levels.map { level in
      var values = try codes.readCodes(level: level.name, images: 0..<codes.count)
      if level.name == "bottom" { values[64 * 7 + 5] = 16 }
      return StoredTensor(
        level.name, shape: [codes.count, level.height, level.width], .uint16(values))
    }
    tensors.append(StoredTensor("labels", shape: [codes.count], .int32(try codes.readLabels())))
    try Artifact(
      metadata: ArtifactMetadata(
        kind: .codes, configuration: codes.layout, sources: codes.sources),
      tensors: tensors
    ).write(to: own("codes.safetensors"))
    try expectRefusal(
      .trainPrior("bottom").with("--batch", "64"), in: own,
      "codes.safetensors has code 16 in level 'bottom' of image 7, beyond its codebook of 16; "
        + "extract the codes again")
  }

  @Test func damagedFiles() throws {
    for name in ["codes", "vqvae", "prior-top", "classifier"] {
      var bytes = try pipeline.folder.read("\(name).safetensors")
      bytes[bytes.count - 1] ^= 1
      try own.write(bytes, to: "damaged/\(name).safetensors")
    }
    let problem = "is damaged: its contents do not match its digest; copy or make it again"
    try expectRefusal(
      .trainPrior("top", codes: "damaged/codes.safetensors"), in: own,
      "damaged/codes.safetensors \(problem)")
    try expectRefusal(
      .extractCodes(vqvae: "damaged/vqvae.safetensors", images: pipeline.folder("images")), in: own,
      "damaged/vqvae.safetensors \(problem)")
    try expectRefusal(
      .sampleImages(models: "damaged", output: "samples"), in: own,
      "damaged/vqvae.safetensors \(problem)")
    try own.copy(own("damaged/classifier.safetensors"), to: "models/classifier.safetensors")
    try expectRefusal(sample, in: own, "models/classifier.safetensors \(problem)")
  }

  @Test func aFileOfAnotherKind() throws {
    let codes = pipeline.folder("codes.safetensors")
    try expectRefusal(
      .extractCodes(vqvae: codes, images: pipeline.folder("images")), in: own,
      "\(codes) is a 'codes' file, not a 'vqvae' file; pass a 'vqvae' file")
    let vqvae = pipeline.folder("vqvae.safetensors")
    try expectRefusal(
      .trainPrior("top", codes: vqvae), in: own,
      "\(vqvae) is a 'vqvae' file, not a 'codes' file; pass a 'codes' file")
  }

  @Test func aTruncatedModel() throws {
    let whole = try pipeline.folder.read("vqvae.safetensors")
    for count in [0, 5, 100, whole.count / 2, whole.count - 1] {
      try own.write(whole.prefix(count), to: "cut.safetensors")
      let outcome = try Command.extractCodes(
        vqvae: "cut.safetensors", images: pipeline.folder("images")
      ).run(in: own)
      #expect(outcome.code == 1 && outcome.errorLines.count == 1)
      #expect(outcome.errors.hasPrefix("error: cut.safetensors is "))
      #expect(outcome.errors.contains("; "))
    }
  }

  @Test func aPyTorchFile() throws {
    try own.write(Data("PK\u{3}\u{4}archive/data.pkl".utf8), to: "vqvae.pt")
    try expectRefusal(
      .extractCodes(vqvae: "vqvae.pt", images: pipeline.folder("images")), in: own,
      "vqvae.pt is a zip archive, as PyTorch's .pt and NumPy's .npz are, not a safetensors file; "
        + "such files can run code when loaded, so save its tensors as safetensors instead")
  }

  @Test(arguments: [
    ("../../ring", "'../../ring'"),
    (String(repeating: "n", count: 256), "'\(String(repeating: "n", count: 80))…'"),
  ])
  func aClassThatCannotBeASubFolder(name: String, quoted: String) throws {
    for level in ["top", "bottom"] {
      let loaded = try LoadedPrior(path: own("models/prior-\(level).safetensors"))
      var configuration = try loaded.file.configuration(
        as: TrainedConfiguration<PriorConfiguration>.self)
      configuration.model.classNames[1] = name
      try Artifact(
        metadata: ArtifactMetadata(
          kind: .prior, configuration: configuration, sources: loaded.file.metadata.sources),
        tensors: loaded.model.parameters.storedTensors(.full)
      ).write(to: own("models/prior-\(level).safetensors"))
    }
    try expectRefusal(
      sample, in: own,
      "samples cannot have a sub-folder for the class \(quoted); use models whose classes have "
        + "the names of folders")
  }

  @Test func anUnknownLevel() throws {
    let codes = pipeline.folder("codes.safetensors")
    try expectRefusal(
      .trainPrior("middle", codes: codes), in: own,
      "\(codes) has no level 'middle'; pass one of: top, bottom")
  }

  @Test(arguments: [["--threshold", "0.5"], ["--keep", "0.5"]])
  func rejectionWithoutAClassifier(flags: [String]) throws {
    try expectRefusal(
      sample.with(flags), in: own,
      "models has no classifier for classes of images, and no critic; train one with "
        + "train-classifier, or leave out --threshold and --keep")
  }
}
