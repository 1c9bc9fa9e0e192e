import Artifacts
import Foundation
import Generation
import Images
import Models
import ProcessTesting
import Tensors
import Testing

/// Candidates that another program drew: it knows the format of code files, and has none of our priors.
@Suite struct GivenCodesTests {
  private let pipeline: Pipeline
  private let own: TemporaryFolder
  private let codes: CodeFile

  init() throws {
    pipeline = try Pipeline.shared.get()
    own = try TemporaryFolder()
    for model in ["vqvae", "classifier", "judge"] {
      try own.copy(pipeline.folder("\(model).safetensors"), to: "models/\(model).safetensors")
    }
    codes = try CodeFile(path: pipeline.folder("codes.safetensors"))
    try write { _ in }
  }

  private func write(_ change: (inout HandwrittenCodes) -> Void) throws {
    var theirs = try HandwrittenCodes(of: codes)
    change(&theirs)
    try own.write(theirs.data(), to: "theirs.safetensors")
  }

  private func sampling(models: String = "models", to output: String = "samples") -> Command {
    Command(
      "sample-images",
      [
        "--models", models, "--codes", "theirs.safetensors", "--output", output, "--threads", "1",
      ])
  }

  @discardableResult
  private func run(_ command: Command) throws -> Outcome {
    let outcome = try command.run(in: own)
    try #require(outcome.code == 0, "\(outcome.errors)")
    return outcome
  }

  @Test func theyAreScoredAndTheBestAreKept() throws {
    // Its classes stand in another order than ours.
    try write {
      $0.classNames = ["square", "disc", "ring"]
      $0.labels = $0.labels.map { ($0 + 1) % 3 }
    }
    let outcome = try run(sampling().with("--keep", "0.3"))
    #expect(outcome.output.contains(/\nall +60 +18 +42 +30%\n/))
    #expect(try own.files(in: "samples/images").count == 18)
    let file = try SampleFile(path: own("samples/samples.safetensors"))
    let folder = try ModelFolder(path: own("models"), needsPriors: false)
    #expect(folder.priors.isEmpty)
    var sources = folder.sourcesWithoutPriors
    sources["codes"] = try CodeFile(path: own("theirs.safetensors")).digest
    #expect(file.sources == sources && sources.count == 3)
    #expect(file.candidates.map(\.label) == (try codes.readLabels()))
    #expect(file.candidates.map(\.number) == (0..<60).map { $0 % 20 })
    let scores = try scores(by: #require(folder.classifier), of: folder.vqvae)
    #expect(file.candidates.map(\.score) == scores)
    for label in 0..<3 {
      let members = file.candidates[20 * label..<20 * (label + 1)]
      let best = members.compactMap(\.score).sorted(by: >).prefix(6)
      #expect(members.filter(\.isAccepted).compactMap(\.score).sorted(by: >) == Array(best))
    }
  }

  /// What the classifier gives to the class of each image of the codes.
  private func scores(
    by classifier: LoadedClassifier, of vqvae: LoadedVQVAE
  ) throws -> [Float?] {
    let levels = try codes.levels.map {
      try codes.readCodes(level: $0.name, images: 0..<codes.count).map(Int32.init)
    }
    let images = vqvae.model.decode(levels, images: codes.count).roundedToBytes()
    let probabilities = try classifier.probabilities(of: images)
    return try codes.readLabels().enumerated().map { index, label in
      probabilities.buffer[3 * index + Int(label)]
    }
  }

  @Test func theDialTurnsOnThem() throws {
    try run(sampling())
    let tuning = Command.tuneRejection(
      models: "models", samples: "samples/samples.safetensors", images: pipeline.folder("images"),
      output: "report"
    ).with("--keep", "0.5")
    let outcome = try run(tuning)
    let line =
      "sample-images --models models --codes theirs.safetensors --keep 0.5 --output report/samples"
    #expect(outcome.output.contains("\n\(line)\n"), "\(outcome.output)")
    let words = line.split(separator: " ").map(String.init)
    try run(Command(words[0], Array(words.dropFirst())))
    #expect(try own.files(in: "report/samples/images").count == 30)
    let json = String(decoding: try own.read("report/report.json"), as: UTF8.self)
    #expect(json.contains(/60 candidates of [^,]*, drawn by another program, compared/))
    try expectRefusal(
      tuning.with("--draw", "30", "--models", pipeline.folder.path), in: own,
      "samples/samples.safetensors has candidates of another program, which alone can draw more of "
        + "them; leave out --draw and --classification-accuracy-score")
    try expectRefusal(
      tuning.with("--draw", "30"), in: own,
      "models/prior-top.safetensors is missing; train it with train-prior --level top")
  }

  /// Of what our own priors drew, the same comes as when they draw it.
  @Test func imagesAreThoseOfOurOwnSampling() throws {
    let drawn = try SampleFile(path: pipeline.folder("unfiltered/samples.safetensors")).candidates
    try write {
      for level in 0..<2 { $0.levels[level].codes = drawn.flatMap { $0.codes[level] } }
      $0.labels = drawn.map(\.label)
    }
    let record = "samples/samples.safetensors"
    for models in ["models", pipeline.folder.path] {
      for flags in [[], ["--batch", "4", "--threads", "3"]] {
        try run(sampling(models: models).with(flags))
        #expect(
          try own.snapshot(of: "samples/images")
            == pipeline.folder.snapshot(of: "unfiltered/images"))
        #expect(
          try own.read("samples/contact-sheet.png")
            == pipeline.folder.read("unfiltered/contact-sheet.png"))
        let file = try SampleFile(path: own(record))
        #expect(file.candidates.map(\.score) == drawn.map(\.score))
        #expect(file.sources.keys.sorted() == ["classifier", "codes", "vqvae"])
      }
    }
  }

  @Test func modelsWithoutClassesTakeCodesWithoutLooking() throws {
    try own.copy(pipeline.folder("vqvae.safetensors"), to: "decoder/vqvae.safetensors")
    try run(sampling(models: "decoder"))
    #expect(own.exists("samples/images/00059.png"))
    let file = try SampleFile(path: own("samples/samples.safetensors"))
    #expect(file.candidates.allSatisfy { $0.label == -1 && $0.score == nil && $0.isAccepted })
    try expectRefusal(
      sampling(models: "decoder", to: "others").with("--keep", "0.5"), in: own,
      "decoder has no classifier for classes of images, and no critic; train one with "
        + "train-classifier, or leave out --threshold and --keep")
  }

  @Test(arguments: [
    ["--count", "3"], ["--classes", "disc"], ["--attempts", "3"], ["--top-k", "3"],
    ["--guidance", "2"], ["--complete", "images", "--rows", "1"], ["--shard", "1/2"],
    ["--seed", "3"],
  ])
  func flagsOfDrawingAreMistakes(flags: [String]) throws {
    let outcome = try sampling().with(flags).run(in: own)
    #expect(outcome.code == 64 && outcome.output.isEmpty)
    #expect(
      outcome.errorLines.first
        == "Error: The candidates of --codes are drawn already; leave out \(flags[0]).")
  }

  @Test func whatIsRefused() throws {
    func expectRefusal(
      _ problem: String, _ change: (inout HandwrittenCodes) -> Void
    ) throws {
      try write(change)
      try StageTests.expectRefusal(sampling(), in: own, "theirs.safetensors \(problem)")
    }
    try expectRefusal(
      "has no label for image 9, and models/classifier.safetensors knows classes; label all images, "
        + "or pass models without classes"
    ) { $0.labels[9] = -1 }
    try expectRefusal(
      "has the class 'star', which models/classifier.safetensors does not know; pass codes in the "
        + "classes of the models"
    ) { $0.classNames[1] = "star" }
    try expectRefusal(
      "has code 99 in level 'top' of image 0, beyond its codebook of 16; extract the codes again"
    ) { $0.levels[0].codes[0] = 99 }
    try expectRefusal(
      "was not made from models/vqvae.safetensors but from another vqvae; pass the vqvae it was made "
        + "from or make it again"
    ) { $0.vqvae = "0" }
    try expectRefusal(
      "does not say which VQ-VAE its codes are of; pass --any-model if they are of "
        + "models/vqvae.safetensors"
    ) { $0.vqvae = nil }
    try run(sampling().with("--any-model"))
    let file = try SampleFile(path: own("samples/samples.safetensors"))
    #expect(
      file.givenCodes == GivenCodes(path: "theirs.safetensors", toleratesNoSource: true))
  }
}
