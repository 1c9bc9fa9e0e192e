import Artifacts
import Foundation
import Models
import ProcessTesting
import ReferenceFixtures
import Testing

/// A training that begins with the weights of a model.
@Suite struct StartTests {
  private let pipeline: Pipeline
  private let own: TemporaryFolder

  init() throws {
    pipeline = try Pipeline.shared.get()
    own = try TemporaryFolder()
    for input in ["images", "codes.safetensors"] { try own.copy(pipeline.folder(input), to: input) }
  }

  /// Trains from the model of the pipeline by a step so small that it changes nothing.
  private func start(_ name: String) throws -> Command {
    let command = try #require(Pipeline.trainings[name])
    return command.with(
      "--start-from", pipeline.folder("\(name).safetensors"), "--steps", "1", "--learning-rate",
      "1e-30", "--keep", "last")
  }

  private func tensors(_ path: String, without names: String = "codebook") throws -> [String:
    [Float]]
  {
    let file = try SafetensorsFile(path: path)
    return try Dictionary(
      uniqueKeysWithValues: file.names.filter { !$0.contains(names) }.map {
        ($0, try file.readFloats($0))
      })
  }

  @Test(arguments: ["vqvae", "prior-top", "prior-bottom", "classifier", "judge"])
  func theFirstWeightsAreTheModels(name: String) throws {
    let outcome = try start(name).run(in: own)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let path = pipeline.folder("\(name).safetensors")
    #expect(outcome.errorLines.first == "beginning with the weights of \(path)")
    #expect(try tensors(own("\(name).safetensors")) == tensors(path))
    let metadata = try SafetensorsFile(path: own("\(name).safetensors")).metadata
    #expect(metadata["source.start"] == (try SafetensorsFile(path: path).metadata["digest"]))
  }

  @Test func otherCodesAndClassesBeginAnew() throws {
    let vqvae = try start("vqvae").with("--codes", "8").run(in: own)
    #expect(vqvae.code == 0, "\(vqvae.errors)")
    #expect(
      vqvae.errorLines.first?.hasSuffix(
        "; anew: top.codebook.entries, top.codebook.sums, top.codebook.counts, "
          + "top.codebook.updates, bottom.codebook.entries, bottom.codebook.sums, "
          + "bottom.codebook.counts, bottom.codebook.updates") == true, "\(vqvae.errors)")
    #expect(
      try tensors(own("vqvae.safetensors")) == tensors(pipeline.folder("vqvae.safetensors")))

    #expect(try Command.extractCodes().run(in: own).code == 0)
    let prior = try start("prior-bottom").with("--unconditional").run(in: own)
    #expect(prior.code == 0, "\(prior.errors)")
    #expect(
      prior.errorLines.first?.contains("; anew: rowsAbove.") == true,
      "\(prior.errors)")
    #expect(prior.errorLines.first?.contains("condition.top.lookup.") == true)

    try own.move("images/ring", to: "images/torus")
    let classifier = try start("classifier").run(in: own)
    #expect(
      classifier.errorLines.first?.hasSuffix("; anew: logits.weight, logits.bias") == true,
      "\(classifier.errors)")
  }

  /// A prior that is to know images of hidden class keeps what it knows of the classes.
  @Test func hiddenClassesAreOneMoreRow() throws {
    let outcome = try start("prior-top").with("--class-dropout", "0").run(in: own)
    #expect(outcome.code == 0 && !outcome.errors.contains("anew"), "\(outcome.errors)")
    let name = "block.0.residual.0.class.table"
    let table = try SafetensorsFile(path: own("prior-top.safetensors")).readFloats(name)
    let earlier = try SafetensorsFile(path: pipeline.folder("prior-top.safetensors"))
      .readFloats(name)
    #expect(table.count < earlier.count && table[...] == earlier[..<table.count])
  }

  @Test func aModelThatDoesNotFitIsRefused() throws {
    let path = pipeline.folder("vqvae.safetensors")
    try expectRefusal(
      start("vqvae").with("--channels", "32", "--downsampling", "2,4"), in: own,
      "\(path) has downsampling 2,2, channels 16, where vqvae.safetensors would have downsampling 2,4, "
        + "channels 32; pass the flags that it was trained with, or a model that fits")
    try expectRefusal(
      start("prior-top").with("--start-from", path), in: own,
      "\(path) is a 'vqvae' file, not a 'prior' file; pass a 'prior' file")
    let prior = pipeline.folder("prior-top.safetensors")
    try expectRefusal(
      start("prior-top").with("--blocks", "2"), in: own,
      "\(prior) has blocks 1, where prior-top.safetensors would have blocks 2; pass the flags that "
        + "it was trained with, or a model that fits")
    try expectRefusal(
      start("prior-top").with("--start-from", "nowhere"), in: own,
      "nowhere is missing; check the path")
  }

  @Test func otherWeightsAreAnotherTraining() throws {
    #expect(try start("classifier").run(in: own).code == 0)
    let refusal =
      "classifier.safetensors is there already, trained from other weights; remove it to train again, "
      + "or choose another --output"
    try own.copy(own("classifier.safetensors"), to: "other.safetensors")
    try expectRefusal(
      start("classifier").with("--start-from", "other.safetensors"), in: own, refusal)
    let plain = try #require(Pipeline.trainings["classifier"])
      .with("--steps", "1", "--learning-rate", "1e-30", "--keep", "last")
    try expectRefusal(plain, in: own, refusal)
  }

  /// What was made for the old model does not fit the new one.
  @Test func codesOfTheOldModelAreRefused() throws {
    #expect(try start("vqvae").run(in: own).code == 0)
    for name in ["prior-top.safetensors", "prior-bottom.safetensors"] {
      try own.copy(pipeline.folder(name), to: name)
    }
    try expectRefusal(
      .sampleImages(output: "samples"), in: own,
      "./prior-top.safetensors was not made from ./vqvae.safetensors but from another vqvae; pass the "
        + "vqvae it was made from or make it again")
  }

  @Test func importedModelsCanBeTrainedFurther() throws {
    try own.writeReferenceVQVAE(codes: 16)
    #expect(
      try Command.importVQVAE(
        state: "vqvae-state.safetensors", size: "64", output: "imported.safetensors"
      ).run(in: own).code == 0)
    let imported = try LoadedVQVAE(path: own("imported.safetensors")).model.configuration
    try own.writeShapes(to: "large", count: 2, side: 64)
    let training = Command(
      "train-vqvae",
      [
        "--images", "large", "--color", "--start-from", "imported.safetensors", "--output",
        "vqvae.safetensors", "--steps", "2", "--batch", "2", "--channels", "\(imported.channels)",
        "--residual-blocks", "\(imported.residualBlocks)", "--residual-channels",
        "\(imported.residualChannels)", "--codes", "16", "--code-channels",
        "\(imported.levels[0].codeChannels)", "--threads", "1",
      ])
    let outcome = try training.run(in: own)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.errorLines.first == "beginning with the weights of imported.safetensors")

    #expect(
      try Command.importPrior(
        "bottom", state: referenceFixture("prior-bottom-small"), vqvae: "imported.safetensors"
      ).run(in: own).code == 0)
    #expect(
      try Command.extractCodes(images: "large", output: "large-codes.safetensors").run(in: own)
        .code == 0)
    let prior = try LoadedPrior(path: own("prior-bottom.safetensors")).model.configuration
    let further = Command(
      "train-prior",
      [
        "--codes", "large-codes.safetensors", "--level", "bottom", "--unconditional",
        "--start-from",
        "prior-bottom.safetensors", "--output", "further.safetensors", "--steps", "2", "--batch",
        "2", "--channels", "\(prior.channels)", "--residual-channels", "\(prior.residualChannels)",
        "--kernel", "\(prior.kernel)", "--blocks", "\(prior.blocks)", "--residual-blocks",
        "\(prior.residualBlocks)", "--attention-heads", "\(prior.attentionHeads)",
        "--output-blocks", "\(prior.outputBlocks)", "--condition-blocks",
        "\(prior.conditionBlocks)", "--condition-channels", "\(prior.conditionChannels)",
        "--threads", "1",
      ] + (prior.pointwiseGates == true ? [] : ["--no-pointwise-gates"]))
    let result = try further.run(in: own)
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.errorLines.first == "beginning with the weights of prior-bottom.safetensors")
  }
}
