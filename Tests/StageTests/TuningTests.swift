import Evaluation
import Foundation
import ProcessTesting
import Testing

/// What tune-rejection writes and prints, and what it says of samples that say little.
@Suite struct TuningTests {
  private let pipeline: Pipeline
  private let own: TemporaryFolder

  init() throws {
    pipeline = try Pipeline.shared.get()
    own = try TemporaryFolder()
  }

  /// What the tests read of report.json.
  private struct Report: Decodable {
    struct Dial: Decodable {
      let settings: [SettingFigures]
      let commands: [String]
    }
    struct Score: Decodable {
      let name: String
      let samples: Int
      let accuracy: Estimate?
    }
    let summary: String
    let candidates: Int
    let dials: [Dial]
    let recommended, chosen: Recommendation
    let accuracyScores: [Score]

    var chosenSetting: SettingFigures { dials[chosen.dial].settings[chosen.index] }
  }

  private func tune(
    samples: String = "unfiltered/samples.safetensors", models: String? = nil,
    images: String? = nil
  ) -> Command {
    .tuneRejection(
      models: models ?? pipeline.folder.path, samples: pipeline.folder(samples),
      images: images ?? pipeline.folder("images"), output: "report")
  }

  private func report(_ command: Command) throws -> (text: String, json: Report) {
    let outcome = try command.run(in: own)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let json = try own.read("report/report.json")
    let page = String(decoding: try own.read("report/report.html"), as: UTF8.self)
    for text in [outcome.output, String(decoding: json, as: UTF8.self), page] {
      #expect(!text.contains(/\b(nan|NaN|inf|Infinity)\b/))
    }
    return (outcome.output, try JSONDecoder().decode(Report.self, from: json))
  }

  @Test func theReportIsWritten() throws {
    let (text, json) = try report(tune())
    #expect(try own.files() == ["curves.png", "report.html", "report.json"].map { "report/" + $0 })
    #expect(json.candidates == 15 && json.dials.map(\.settings[0].kept) == [15, 15])
    #expect(
      json.summary
        == "15 candidates of \(pipeline.folder("unfiltered/samples.safetensors")), drawn "
        + "from \(pipeline.folder.path), compared with 60 real images of "
        + "\(pipeline.folder("images")).")
    // 15 candidates are no evidence, whatever their figures.
    #expect(text.contains("\nRecommended: to keep all. \(json.recommended.reason)\n"))
    #expect(json.recommended.reason.hasPrefix("There are too few samples"))
    #expect(json.recommended.required == .standard)
    #expect(text.contains("\n\(json.dials[json.chosen.dial].commands[json.chosen.index])\n"))
  }

  @Test func aSettingChosenByHandIsShownBesideTheRecommendedOne() throws {
    let (text, json) = try report(tune().with("--keep", "0.3"))
    #expect(json.chosenSetting.setting == RejectionSetting(.keep, 0.3))
    #expect(text.contains("\nChosen by hand: --keep 0.3. Recommended: "))
    #expect(text.contains("sample-images --models \(pipeline.folder.path) --count 1 --keep 0.3 "))
  }

  @Test func fewerSamplesThanNeighborsAreTooFew() throws {
    let drawn = Command.sampleImages(models: pipeline.folder.path, count: 1, output: "few")
    #expect(try drawn.run(in: own).code == 0)
    let (text, json) = try report(tune(samples: "").with("--samples", "few/samples.safetensors"))
    for figure in ["Fréchet distance", "precision", "recall", "density", "coverage"] {
      #expect(
        text.contains(
          try Regex("\n\(figure) +too few samples +too few samples +none but those compared with\n")
        ))
    }
    #expect(json.recommended.reason.hasPrefix("There are too few samples"))
    #expect(json.chosenSetting.setting.keepsAll)
  }

  @Test func aClassOfWhichNothingIsKeptIsNamed() throws {
    let (text, json) = try report(tune().with("--keep", "0.1"))
    #expect(json.chosenSetting.emptyClasses == Shape.names)
    let names = Shape.names.joined(separator: ", ")
    #expect(text.contains(try Regex("\ndraws per kept image +none kept of \(names) +1.00\n")))
    #expect(text.contains("\n# keeps no sample of \(names)\n"))
  }

  /// What is added is what a longer sampling would have drawn, and accepted where that accepts it.
  @Test(arguments: [("unfiltered", "8", ["--count", "8"]), ("best", "24", ["--count", "6"])])
  func drawingGoesOnAsSamplingWould(samples: String, draw: String, longer: [String]) throws {
    let keep = samples == "best" ? ["--keep", "0.25"] : []
    _ = try report(tune(samples: "\(samples)/samples.safetensors").with("--draw", draw))
    let sampling = Command.sampleImages(models: pipeline.folder.path, output: "longer")
    #expect(try sampling.with(longer + keep).run(in: own).code == 0)
    #expect(
      try own.read("report/samples.safetensors") == own.read("longer/samples.safetensors"))
  }

  @Test func classifiersAreTrainedEquallyOnSamplesAndOnRealImages() throws {
    let (text, json) = try report(
      tune().with(
        "--keep", "0.6", "--classification-accuracy-score", "--train-images",
        pipeline.folder("images"), "--accuracy-samples", "6", "--accuracy-steps", "2"))
    #expect(
      json.accuracyScores.map(\.name)
        == ["unfiltered samples", "samples of --keep 0.6", "real images"])
    #expect(json.accuracyScores.allSatisfy { $0.samples == 6 && $0.accuracy?.lower != nil })
    #expect(text.contains("for 2 steps of 64 images"))
    #expect(text.contains("all are tested on 60 real images."))
    #expect(try own.files().count == 3)
  }

  @Test func aClassifierCannotBeTrainedOnWhatNoSettingKeeps() throws {
    let (text, json) = try report(
      tune().with(
        "--keep", "0.1", "--classification-accuracy-score", "--train-images",
        pipeline.folder("images"), "--accuracy-samples", "6", "--accuracy-steps", "2"))
    #expect(json.accuracyScores.map { $0.accuracy == nil } == [false, true, false])
    #expect(text.contains(/\nsamples of --keep 0.1 +0 +too few samples\n/))
  }

  @Test func unlabelledImagesCannotTestAClassifier() throws {
    try own.writeShapes(to: "flat", count: 2, labelled: false)
    try expectRefusal(
      tune().with("--classification-accuracy-score", "--train-images", "flat"), in: own,
      "flat has no classes, which \(pipeline.folder("prior-top.safetensors")) needs; "
        + "pass images in the classes of the models")
  }

  @Test func samplesWithoutScoresAreRefused() throws {
    for model in ["vqvae", "judge"] {
      try own.copy(pipeline.folder("\(model).safetensors"), to: "\(model).safetensors")
    }
    for level in ["top", "bottom"] {
      let training = Command.trainPrior(level, codes: pipeline.folder("codes.safetensors"))
      #expect(try training.with("--unconditional", "--steps", "2").run(in: own).code == 0)
    }
    #expect(try Command.sampleImages(count: 2, output: "samples").run(in: own).code == 0)
    try expectRefusal(
      tune(models: ".").with("--samples", "samples/samples.safetensors"), in: own,
      "samples/samples.safetensors has no scores to choose by; sample with a "
        + "classifier.safetensors or critic.safetensors in the folder of models")
  }

  @Test func samplesOfOtherModelsAreRefused() throws {
    try own.copy(pipeline.folder("images"), to: "images")
    #expect(try Command.trainVQVAE().with("--steps", "2").run(in: own).code == 0)
    #expect(try Command.extractCodes().run(in: own).code == 0)
    for level in ["top", "bottom"] {
      #expect(try Command.trainPrior(level).with("--steps", "2").run(in: own).code == 0)
    }
    try own.copy(pipeline.folder("judge.safetensors"), to: "judge.safetensors")
    try expectRefusal(
      tune(models: "."), in: own,
      "\(pipeline.folder("unfiltered/samples.safetensors")) was not drawn from "
        + "./vqvae.safetensors; pass the models it was drawn from or sample again")
  }
}
