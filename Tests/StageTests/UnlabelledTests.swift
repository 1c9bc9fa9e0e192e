import Foundation
import Generation
import Models
import Testing

/// Images without classes, from end to end, with unconditional priors.
@Suite struct UnlabelledTests {
  @Test func theWholePipelineWorks() throws {
    let folder = try TemporaryFolder()
    try folder.writeShapes(to: "images", count: 10, labelled: false)
    let steps = ["--steps", "20"]
    for command in [
      Command.trainVQVAE(), .extractCodes(), .trainPrior("top"), .trainPrior("bottom"),
    ] {
      let short = command.program.name == "extract-codes" ? command : command.with(steps)
      let outcome = try short.run(in: folder)
      #expect(outcome.code == 0, "\(command.program.name): \(outcome.errors)")
    }
    let sampled = try Command.sampleImages(count: 14, output: "samples").run(in: folder)
    #expect(sampled.code == 0, "\(sampled.errors)")
    #expect(
      try folder.files(in: "samples/images")
        == (0..<14).map { "000\($0 < 10 ? "0" : "")\($0).png" })
    #expect(
      sampled.output == """
        class  drawn  kept  turned away  acceptance
        -----  -----  ----  -----------  ----------
        any       14    14            0        100%

        """)
    let samples = try SampleFile(path: folder("samples/samples.safetensors"))
    #expect(samples.candidates.allSatisfy { $0.label == -1 && $0.score == nil && $0.isAccepted })
    #expect(
      try LoadedPrior(path: folder("prior-top.safetensors")).model.configuration.classCount == 0)

    let evaluated = try Command.evaluate().run(in: folder)
    #expect(evaluated.code == 0, "\(evaluated.errors)")
    #expect(evaluated.output.contains("\ntop nats per code "))
    #expect(!evaluated.output.contains("accuracy"))

    let refused = try Command.trainClassifier().run(in: folder)
    #expect(
      refused.errors == "error: images has fewer than two classes; put the images of each class "
        + "into a sub-folder, or pass --labels\n")
  }

  @Test func labelsCanBeIgnored() throws {
    let pipeline = try Pipeline.shared.get()
    let folder = try TemporaryFolder()
    try folder.copy(pipeline.folder("vqvae.safetensors"), to: "vqvae.safetensors")
    for level in ["top", "bottom"] {
      let outcome = try Command.trainPrior(level, codes: pipeline.folder("codes.safetensors"))
        .with("--unconditional", "--steps", "3").run(in: folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
    }
    #expect(try Command.sampleImages(count: 2, output: "samples").run(in: folder).code == 0)
    #expect(try folder.files(in: "samples/images") == ["00000.png", "00001.png"])
    let evaluated = try Command.evaluate(images: pipeline.folder("images")).run(in: folder)
    #expect(evaluated.code == 0, "\(evaluated.errors)")
  }
}
