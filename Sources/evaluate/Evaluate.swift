import ArgumentParser
import Artifacts
import CommandLineTools
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
      Prints the reconstruction error, how many codes are in use, the likelihood of the images under \
      the priors, the accuracy of the classifiers, and how many samples the judge reads as the class \
      that was asked for.

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

  @OptionGroup var threads: ThreadOptions

  func perform() throws {
    ThreadPool.shared.resize(to: threads.count)
    let folder = try ModelFolder(path: models)
    let dataset = try images.open(shapedFor: folder.vqvae.imageShape)
    try folder.checkLabels(of: dataset, at: images.images)
    let judgePath = (models as NSString).appendingPathComponent("judge.safetensors")
    let judge =
      FileManager.default.fileExists(atPath: judgePath)
      ? try LoadedClassifier(path: judgePath) : nil
    if let judge { try folder.check(judge) }
    var table = TextTable(["what", "value"])
    func add(_ name: String, _ value: Double) {
      table.addRow([name, Figure("", value).description.trimmingCharacters(in: .whitespaces)])
    }
    let reconstruction = try evaluateVQVAE(folder.vqvae.model, on: dataset)
    for figure in reconstruction.figures { add(figure.name, figure.value) }
    for (name, nats) in try evaluatePriors(folder, on: dataset) { add("\(name) nats/code", nats) }
    if !dataset.classNames.isEmpty {
      for (name, classifier) in [("classifier", folder.classifier), ("judge", judge)] {
        guard let classifier else { continue }
        add("\(name) accuracy", try accuracy(of: classifier.classifier, on: dataset))
      }
    }
    for path in samples {
      guard let judge else {
        throw FileError(
          judgePath, "is missing",
          remedy: "train one with train-classifier --architecture residual")
      }
      let judged = try judgedAccuracy(of: path, from: folder, by: judge)
      add("\(path): judged as asked, all candidates", judged.all)
      add("\(path): judged as asked, accepted", judged.accepted)
    }
    print(table.description)
  }
}
