import ArgumentParser
import Artifacts
import CommandLineTools
import Evaluation
import Foundation
import Generation
import Images
import Models
import Tensors

/// What the models are worth, measured on images they have not seen.
@main
struct Evaluate: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure a folder of models on images, and the samples drawn from it.",
    discussion: """
      Prints how well images are reconstructed (mean squared error, peak signal-to-noise ratio, \
      structural similarity; by the judge, the Fréchet distance to the images and how many are read as \
      the images are), how many codes are in use, the likelihood of the images under the \
      whole model in bits per dimension, the images that are least likely, the accuracy of the \
      classifiers, and how many samples the judge reads as the class that was asked for.

      Of a VAE, bits per dimension are those of the latents and of the pixels given them. Where its \
      pixels are black or white, so is each image that the evidence lower bound is measured on: drawn \
      once, with the grey levels for probabilities. A plain autoencoder has no likelihood.

      Images are brought to the size and colour of the models'. They may be of some of the classes \
      that the models know.

      EXAMPLE
        evaluate --models models/digits --images test \\
          --samples output/samples/samples.safetensors
      """,
    version: buildDescription)

  @Option(help: ArgumentHelp("The folder of the models.", valueName: "folder"))
  var models: String

  @OptionGroup var images: ImageOptions

  @Option(
    help: ArgumentHelp(
      """
      A samples.safetensors of sample-images to judge, or images, in a folder or an IDX file: of \
      those the share is told in which the judge gives any class a probability of 0.9. (default: none)
      """, valueName: "path"))
  var samples: [String] = []

  @Option(help: ArgumentHelp("How many of the strangest images to list.", valueName: "n"))
  var strangest = 10

  @Option(
    help: ArgumentHelp(
      "A JSON file to write, with all figures and the score of every image. (default: none)",
      valueName: "path"))
  var json: String?

  @OptionGroup var arithmetic: ArithmeticOptions
  @OptionGroup var threads: ThreadOptions

  func validate() throws {
    if strangest < 0 { throw ValidationError("--strangest is not negative.") }
  }

  func perform() throws {
    ThreadPool.shared.resize(to: threads.count)
    if let json { try AtomicFile.checkWritable(json) }
    let model = try GenerativeModel(folder: models, in: arithmetic.requested)
    var dataset = try images.open(shapedFor: model.imageShape)
    if case .codes(let folder) = model {
      dataset = try folder.labelling(dataset, at: images.images)
    }
    let judge = try loadJudge(of: model)
    // First, because it may find that the samples are of other models, and the rest takes long.
    let judged = try samples.map { try judgement(of: $0, from: model, by: judge) }
    var report = try measure(model, on: dataset, by: judge)
    report.samples = judged
    if case .codes(let folder) = model {
      report.classifierAccuracy = try accuracy(of: folder.classifier, on: dataset)
    }
    report.judgeAccuracy = try accuracy(of: judge, on: dataset)
    report.judgesRotation = judge.map { !$0.knowsClasses } ?? false
    print(report.table)
    if strangest > 0, let table = report.strangestTable(of: dataset, count: strangest) {
      print("\n" + table)
    }
    if let json { try report.write(to: json) }
  }

  private var judgePath: String {
    (models as NSString).appendingPathComponent("judge.safetensors")
  }

  private func loadJudge(of model: GenerativeModel) throws -> LoadedClassifier? {
    guard FileManager.default.fileExists(atPath: judgePath) else { return nil }
    let judge = try LoadedClassifier(path: judgePath, in: arithmetic.requested)
    try model.check(judge)
    return judge
  }

  private func judgement(
    of path: String, from model: GenerativeModel, by judge: LoadedClassifier?
  ) throws -> EvaluationReport.Samples {
    guard let judge else {
      throw FileError(
        judgePath, "is missing", remedy: "train one with train-classifier --architecture residual")
    }
    guard judge.knowsClasses else {
      throw FileError(
        judgePath, "tells which way up pictures are, and cannot read samples as classes",
        remedy: "compare them with tune-rejection, or leave out --samples")
    }
    guard path.hasSuffix(".safetensors") else {
      let share = try recognizedShare(of: path, by: judge)
      return .init(path: path, recognized: share)
    }
    guard case .codes(let folder) = model else {
      throw FileError(
        path, "has codes, which a VAE does not decode", remedy: "pass a folder of images")
    }
    let (all, accepted) = try judgedAccuracy(of: path, from: folder, by: judge)
    return .init(path: path, all: all, accepted: accepted)
  }

  /// Of labelled images of the classifier's classes, or of the ways up they can be; nil if there is no
  /// classifier or the images are none of its.
  private func accuracy(
    of loaded: LoadedClassifier?, on dataset: any ImageDataset
  ) throws -> Double? {
    if let classifier = loaded?.model, classifier.configuration.task == .rotation {
      return try Models.accuracy(of: classifier, on: RotatedImages(of: dataset))
    }
    guard let classifier = loaded?.model,
      let labelled = RelabelledImages(dataset, as: classifier.configuration.classNames)
    else { return nil }
    return try Models.accuracy(of: classifier, on: labelled)
  }

  private func measure(
    _ model: GenerativeModel, on dataset: any ImageDataset, by judge: LoadedClassifier?
  ) throws -> EvaluationReport {
    let reconstructing = ProgressReporter("reconstructing", total: dataset.count, unit: "image")
    let scoring = ProgressReporter("likelihoods", total: dataset.count, unit: "image")
    let reconstruction: ReconstructionFigures
    var likelihood: LikelihoodFigures?
    var evidence: EvidenceFigures?
    switch model {
    case .codes(let folder):
      reconstruction = try ReconstructionFigures(of: dataset, by: folder.vqvae.model, judge: judge)
      {
        reconstructing.report($0)
      }
      likelihood = try LikelihoodFigures(
        of: dataset, under: folder, absoluteError: reconstruction.absoluteError
      ) { scoring.report($0) }
    case .gaussian(let vae):
      reconstruction = try ReconstructionFigures(
        of: dataset, judge: judge, progress: { reconstructing.report($0) },
        by: vae.model.reconstruct)
      likelihood = try LikelihoodFigures(
        of: dataset, under: vae.model, absoluteError: reconstruction.absoluteError
      ) { scoring.report($0) }
      // A density, which Gaussian pixels have, is in other units.
      if vae.model.configuration.likelihood == .bernoulli {
        evidence = try EvidenceFigures(of: dataset, under: vae.model)
      }
    case .autoencoder(let loaded):
      reconstruction = try ReconstructionFigures(
        of: dataset, judge: judge, progress: { reconstructing.report($0) },
        by: { loaded.model.reconstruct($0) })
    }
    return EvaluationReport(
      models: models, images: images.images, reconstruction: reconstruction,
      likelihood: likelihood, evidence: evidence)
  }
}
