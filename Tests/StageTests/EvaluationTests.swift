import Foundation
import Images
import Models
import Testing

/// What evaluate prints, and what it refuses to compare.
@Suite struct EvaluationTests {
  private let pipeline: Pipeline
  private let own: TemporaryFolder

  init() throws {
    pipeline = try Pipeline.shared.get()
    own = try TemporaryFolder()
  }

  @Test func everyMeasureIsThere() throws {
    let lines = try #require(pipeline.outcomes["evaluate"]).output
      .split(separator: "\n", omittingEmptySubsequences: false).dropFirst(2)
    let values = try lines.prefix(while: { !$0.isEmpty }).map { line in
      let place = try #require(line.lastIndex(of: " "))
      let name = line[..<place].trimmingCharacters(in: .whitespaces)
      return (name, try #require(Double(line[line.index(after: place)...]), "\(line)"))
    }
    #expect(
      values.map(\.0) == [
        "images", "squared error", "peak signal-to-noise ratio, dB", "structural similarity",
        "Fréchet distance of reconstructions", "reconstructions read as the images",
        "top codes used, of 16", "top perplexity", "bottom codes used, of 16", "bottom perplexity",
        "top nats per code", "bottom nats per code", "bits per dimension, at most", "of the codes",
        "of the pixels given the codes", "classifier accuracy", "judge accuracy",
        "unfiltered/samples.safetensors: judged as asked, all candidates",
        "unfiltered/samples.safetensors: judged as asked, accepted",
        "best/samples.safetensors: judged as asked, all candidates",
        "best/samples.safetensors: judged as asked, accepted",
      ])
    let measured = Dictionary(uniqueKeysWithValues: values)
    let folder = pipeline.folder
    let dataset = try openDataset(path: folder("images"), labels: nil, size: nil, color: .grey)
    let judge = try LoadedClassifier(path: folder("judge.safetensors")).model
    let expected = try accuracy(of: judge, on: dataset)
    #expect(abs(try #require(measured["judge accuracy"]) - expected) < 1e-3)
    for (name, value) in values where name.contains("accuracy") || name.contains("judged") {
      #expect((0...1).contains(value))
    }
    for name in ["top perplexity", "bottom perplexity"] {
      #expect((1...16).contains(try #require(measured[name])))
    }
  }

  @Test func imagesWithOtherClassesAreRefused() throws {
    try own.writeShapes(to: "flat", count: 2, labelled: false)
    try expectRefusal(
      .evaluate(models: pipeline.folder.path, images: "flat"), in: own,
      "flat has no classes, which \(pipeline.folder("prior-top.safetensors")) needs; "
        + "pass images in the classes of the models")
  }

  @Test func imagesOfSomeClasses() throws {
    // Rings and squares: neither the first classes nor all of them.
    for shape in [Shape.ring, .square] {
      for number in 0..<4 {
        let image = try shape.image(number: number).pngBytes()
        try own.write(Data(image), to: "some/\(shape)/\(number).png")
      }
    }
    let command = Command.evaluate(models: pipeline.folder.path, images: "some")
    let outcome = try command.run(in: own)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let accuracy = try #require(
      outcome.output.firstMatch(of: /\njudge accuracy +([0-9.]+)/)?.1)
    // Under the numbers of other classes hardly any would be right.
    #expect(try #require(Double(accuracy)) > 0.6, "\(outcome.output)")
    try own.write(try own.read("some/ring/0.png"), to: "some/disk/0.png")
    try expectRefusal(
      command, in: own,
      "some has the class 'disk', which \(pipeline.folder("prior-top.safetensors")) does not know; "
        + "pass images in the classes of the models")
  }

  @Test func aJudgeOfOtherImagesIsRefused() throws {
    for shape in Shape.allCases {
      for number in 0..<4 {
        try own.write(
          Data(try shape.image(number: number, side: 24).pngBytes()),
          to: "large/\(shape)/\(number).png")
      }
    }
    for model in ["vqvae", "prior-top", "prior-bottom"] {
      try own.copy(pipeline.folder("\(model).safetensors"), to: "\(model).safetensors")
    }
    let judge = Command.trainClassifier(images: "large", output: "judge.safetensors")
    #expect(try judge.with("--steps", "2").run(in: own).code == 0)
    try expectRefusal(
      .evaluate(images: pipeline.folder("images")), in: own,
      "./judge.safetensors is for other classes or images than ./vqvae.safetensors; "
        + "train a classifier on the images the VQ-VAE was trained on")
  }

  @Test func samplesOfOtherModelsAreRefused() throws {
    try own.copy(pipeline.folder("images"), to: "images")
    let other = Command.trainVQVAE().with("--steps", "2")
    #expect(try other.run(in: own).code == 0)
    #expect(try Command.extractCodes().run(in: own).code == 0)
    for level in ["top", "bottom"] {
      #expect(try Command.trainPrior(level).with("--steps", "2").run(in: own).code == 0)
    }
    try own.copy(pipeline.folder("judge.safetensors"), to: "judge.safetensors")
    let samples = pipeline.folder("unfiltered/samples.safetensors")
    try expectRefusal(
      .evaluate().with("--samples", samples), in: own,
      "\(samples) was not drawn from ./vqvae.safetensors; pass the models it was drawn from or "
        + "sample again")
  }

  @Test func samplesWithoutAJudgeAreRefused() throws {
    for model in ["vqvae", "prior-top", "prior-bottom"] {
      try own.copy(pipeline.folder("\(model).safetensors"), to: "\(model).safetensors")
    }
    try expectRefusal(
      Command.evaluate(images: pipeline.folder("images"))
        .with("--samples", pipeline.folder("unfiltered/samples.safetensors")), in: own,
      "./judge.safetensors is missing; train one with train-classifier --architecture residual")
  }
}
