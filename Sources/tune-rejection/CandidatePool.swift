import Artifacts
import CommandLineTools
import Foundation
import Generation
import Images
import Models

/// The candidates of a sampling, with the models they came from and a judge fit to judge them.
struct CandidatePool {
  let file: SampleFile
  let folder: ModelFolder
  let judge: LoadedClassifier
  private(set) var candidates: [Candidate]
  /// Draws more like them.
  let generator: CandidateGenerator

  /// Whether the judge can tell if candidates are what they were asked to be.
  var isJudgedByClass: Bool { judge.knowsClasses && !folder.classNames.isEmpty }

  /// The classes there are candidates of, in ascending order.
  var labels: [Int32] { Set(candidates.map(\.label)).sorted() }

  /// Throws a `FileError` if the files are missing, damaged, or do not belong together.
  init(samples path: String, models: String) throws {
    guard case .codes(let folder) = try GenerativeModel(folder: models) else {
      throw FileError(
        models, "holds a VAE, whose samples nothing rejects",
        remedy: "pass the models of a VQ-VAE and its priors")
    }
    self.folder = folder
    let judgePath = (models as NSString).appendingPathComponent("judge.safetensors")
    guard FileManager.default.fileExists(atPath: judgePath) else {
      throw FileError(
        judgePath, "is missing",
        remedy:
          "train one with train-classifier --architecture residual, and --task rotation if the "
          + "images have no classes")
    }
    judge = try LoadedClassifier(path: judgePath)
    file = try SampleFile(path: path)
    candidates = file.candidates
    generator = CandidateGenerator(
      folder, seed: file.configuration.seed, distribution: file.configuration.distribution,
      batchSize: 192, basis: file.configuration.basis ?? .class)
    try checkSamples(path)
    try checkJudge()
  }

  private func checkSamples(_ path: String) throws {
    guard file.sources[ArtifactKind.vqvae.rawValue] == folder.vqvae.file.digest else {
      throw FileError(
        path, "was not drawn from \(folder.vqvae.file.path)",
        remedy: "pass the models it was drawn from or sample again")
    }
    guard !candidates.isEmpty else {
      throw FileError(path, "has no candidates", remedy: "sample again")
    }
    guard candidates.allSatisfy({ $0.score != nil }) else {
      throw FileError(
        path, "has no scores to choose by",
        remedy: "sample with a classifier.safetensors or critic.safetensors in the folder of models"
      )
    }
    guard candidates.allSatisfy({ (0...1).contains($0.score ?? 0) }) else {
      throw FileError(path, "has scores that are no probabilities", remedy: "sample again")
    }
    for role in [ArtifactKind.classifier.rawValue, ModelFolder.criticRole]
    where file.sources[role] != folder.sources[role] {
      throw FileError(
        path, "was scored by another \(role) than the one beside the models",
        remedy: "pass the models it was drawn from or sample again")
    }
  }

  private func checkJudge() throws {
    let configuration = judge.classifier.configuration
    let shape = folder.vqvae.imageShape
    guard judge.file.digest != folder.classifier?.file.digest else {
      throw FileError(
        judge.file.path, "is the very network that rejects, which cannot judge itself",
        remedy: "train another with train-classifier --architecture residual")
    }
    guard configuration.task != .realness else {
      throw FileError(
        judge.file.path, "is a critic, which samples are turned away by and cannot be judged by",
        remedy: "train a judge with train-classifier --task rotation")
    }
    // Where samples have no classes, any network's features will do.
    let names = file.configuration.layout.classNames
    guard names.isEmpty || !judge.knowsClasses || configuration.classNames == names,
      configuration.imageHeight == shape.height, configuration.imageWidth == shape.width,
      configuration.imageChannels == shape.channels
    else {
      throw FileError(
        judge.file.path, "is for other classes or images than \(folder.vqvae.file.path)",
        remedy: "train a judge on the images the VQ-VAE was trained on")
    }
  }

  /// Draws candidates, as the sampling would have gone on, until there are `count` of each class that
  /// has any; false if there were enough. Which are kept is decided anew by the sampling's own rule.
  ///
  /// Throws a `FileError` naming `path`, the file of samples, if the priors are others than its.
  mutating func draw(upTo count: Int, perClass path: String) throws -> Bool {
    let members = Dictionary(grouping: candidates) { $0.label }.sorted { $0.key < $1.key }
    let wanted = members.flatMap { label, members in
      let next = (members.map(\.number).max() ?? -1) + 1
      return (0..<max(count - members.count, 0)).map { (label: label, number: next + $0) }
    }
    if wanted.isEmpty { return false }
    try checkPriors(path)
    let progress = ProgressReporter("drawing", total: wanted.count, unit: "candidate")
    candidates += try generator.draw(wanted) { progress.report($0) }
    candidates.sort { ($0.label, $0.number) < ($1.label, $1.number) }
    file.configuration.rejection.decide(on: &candidates)
    return true
  }

  /// Checks that more candidates like those of the file can be drawn.
  ///
  /// Throws a `FileError` naming `path`, the file of samples, if the priors are others than its.
  func checkPriors(_ path: String) throws {
    for prior in folder.priors {
      guard file.sources["prior-\(prior.prior.configuration.level.name)"] == prior.file.digest
      else {
        throw FileError(
          path, "was not drawn from \(prior.file.path)",
          remedy: "pass the models it was drawn from or sample again")
      }
    }
  }

  /// Writes all candidates and which of them are kept.
  ///
  /// Throws a `FileError` if they cannot be written.
  func write(to path: String) throws {
    try SampleFile(
      candidates, models: folder, seed: file.configuration.seed,
      distribution: file.configuration.distribution, rejection: file.configuration.rejection,
      basis: file.configuration.basis ?? .class
    ).write(to: path)
  }

  /// The images of candidates.
  func images(of candidates: [Candidate]) -> [Image] {
    let progress = ProgressReporter("decoding", total: candidates.count, unit: "image")
    var images: [Image] = []
    for start in stride(from: 0, to: candidates.count, by: 100) {
      let batch = Array(candidates[start..<min(start + 100, candidates.count)])
      images += generator.decode(batch).images()
      progress.report(images.count)
    }
    return images
  }
}
