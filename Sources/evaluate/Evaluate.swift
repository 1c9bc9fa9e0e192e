import ArgumentParser
import Artifacts
import CommandLineTools
import Evaluation
import Foundation
import Generation
import Images
import Tensors
import Training

/// What the models are worth, measured on images they have not seen.
@main
struct Evaluate: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure a folder of models on images, and the samples drawn from it.",
    discussion: """
      Prints how well images are reconstructed (mean squared error, peak signal-to-noise ratio, \
      structural similarity), how many codes are in use, the likelihood of the images under the \
      whole model in bits per dimension, the images that are least likely, the accuracy of the \
      classifiers, and how many samples the judge reads as the class that was asked for.

      EXAMPLE
        evaluate --models models/digits --images test \\
          --samples output/samples/samples.safetensors
      """)

  @Option(help: ArgumentHelp("The folder of the models.", valueName: "folder"))
  var models: String

  @OptionGroup var images: ImageOptions

  @Option(
    help: ArgumentHelp("A samples.safetensors of sample-images to judge.", valueName: "path"))
  var samples: [String] = []

  @Option(help: ArgumentHelp("How many of the strangest images to list.", valueName: "n"))
  var strangest = 10

  @Option(
    help: ArgumentHelp(
      "A JSON file to write, with all figures and the score of every image.", valueName: "path"))
  var json: String?

  @OptionGroup var threads: ThreadOptions

  func validate() throws {
    if strangest < 0 { throw ValidationError("--strangest is not negative.") }
  }

  func perform() throws {
    ThreadPool.shared.resize(to: threads.count)
    if let json { try AtomicFile.checkWritable(json) }
    let folder = try ModelFolder(path: models)
    let dataset = try images.open(shapedFor: folder.vqvae.imageShape)
    try folder.checkLabels(of: dataset, at: images.images)
    let judgePath = (models as NSString).appendingPathComponent("judge.safetensors")
    let judge =
      FileManager.default.fileExists(atPath: judgePath)
      ? try LoadedClassifier(path: judgePath) : nil
    if let judge { try folder.check(judge) }
    if judge == nil && !samples.isEmpty {
      throw FileError(
        judgePath, "is missing", remedy: "train one with train-classifier --architecture residual")
    }
    // First, because it may find that the samples are of other models, and the rest takes long.
    let judged = try samples.compactMap { path in
      try judge.map { (path, try judgedAccuracy(of: path, from: folder, by: $0)) }
    }
    var report = try measure(folder, on: dataset)
    report.samples = judged.map { .init(path: $0, all: $1.all, accepted: $1.accepted) }
    if !dataset.classNames.isEmpty {
      report.classifierAccuracy = try folder.classifier.map {
        try accuracy(of: $0.classifier, on: dataset)
      }
      report.judgeAccuracy = try judge.map { try accuracy(of: $0.classifier, on: dataset) }
    }
    print(report.table)
    if strangest > 0 { print("\n" + report.strangestTable(of: dataset, count: strangest)) }
    if let json { try report.write(to: json) }
  }

  private func measure(
    _ folder: ModelFolder, on dataset: any ImageDataset
  ) throws -> EvaluationReport {
    let reconstructing = ProgressReporter("reconstructing", total: dataset.count, unit: "image")
    let reconstruction = try ReconstructionFigures(of: dataset, by: folder.vqvae.model) {
      reconstructing.report($0)
    }
    let scoring = ProgressReporter("likelihoods", total: dataset.count, unit: "image")
    let likelihood = try LikelihoodFigures(
      of: dataset, under: folder, absoluteError: reconstruction.absoluteError
    ) { scoring.report($0) }
    return EvaluationReport(
      models: models, images: images.images, reconstruction: reconstruction,
      likelihood: likelihood)
  }
}
