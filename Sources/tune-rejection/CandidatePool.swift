import Artifacts
import CommandLineTools
import Foundation
import Generation
import Images
import Models

/// The pool that rejection chooses from: the candidates of a sampling, with the models they came from
/// and a judge fit to judge them.
struct CandidatePool {
  let file: SampleFile
  let folder: ModelFolder
  let judge: LoadedClassifier
  private(set) var candidates: [Candidate]
  /// Draws more like them.
  let generator: CandidateGenerator

  /// The classes there are candidates of, in ascending order.
  var labels: [Int32] { Set(candidates.map(\.label)).sorted() }

  /// How many candidates are drawn at a time, which changes none of them.
  static let batchSize = 192

  /// Throws a `FileError` if the file at `path` is missing, damaged, or was not drawn from `models`.
  init(samples path: String, from models: JudgedModels) throws {
    folder = models.folder
    judge = models.judge
    file = try SampleFile(path: path)
    candidates = file.candidates
    generator = CandidateGenerator(
      folder, seed: file.configuration.seed, distribution: file.configuration.distribution,
      batchSize: Self.batchSize, basis: file.configuration.basis ?? .class)
    try checkSamples(path)
    try models.checkJudge(of: file.configuration.layout.classNames)
  }

  private func checkSamples(_ path: String) throws {
    guard file.sources[ArtifactKind.vqvae.rawValue] == folder.vqvae.file.digest else {
      throw FileError(
        path, "was not drawn from \(folder.vqvae.file.path)",
        remedy: "pass the models it was drawn from or sample again")
    }
    guard file.sources[PartialPictures.sourceRole] == nil else {
      throw FileError(
        path, "has completions of pictures, of which the best of each picture are kept",
        remedy: "pass samples that were drawn without --complete")
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
    guard file.givenCodes == nil else {
      throw FileError(
        path, "has candidates of another program, which alone can draw more of them",
        remedy: "leave out --draw and --classification-accuracy-score")
    }
    for prior in folder.priors {
      guard file.sources["prior-\(prior.model.configuration.level.name)"] == prior.file.digest
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
    try SampleFile(file.configuration, candidates, sources: file.sources).write(to: path)
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
