import Artifacts
import CommandLineTools
import Generation
import Models
import PixelCNN

extension SampleImages {
  /// Keeps some of the candidates that another program drew.
  func choose(among given: GivenCodes, by folder: ModelFolder) throws {
    let rejection = try choice.rejection(for: folder, path: models)
    let basis = try choice.basis(for: folder, path: models)
    let codes = try CodeFile(path: given.path)
    var candidates = try [Candidate](
      given: codes, for: folder, toleratesNoSource: given.toleratesNoSource)
    let distribution = LevelDistributions()
    let generator = CandidateGenerator(
      folder, seed: 0, distribution: distribution, batchSize: choice.batch, basis: basis)
    let writer = try SampleWriter(generator, classNames: folder.classNames, folder: output)
    defer { writer.folder.release() }
    let progress = ProgressReporter("sample-images", total: candidates.count, unit: "image")
    try generator.score(&candidates) {
      progress.report($0)
      try Interruption.throwIfRequested()
    }
    rejection.decide(on: &candidates)
    let labels = Set(candidates.map(\.label)).sorted()
    try write(candidates, of: labels, classNames: folder.classNames, to: writer) {
      var sources = folder.sourcesWithoutPriors
      sources[ArtifactKind.codes.rawValue] = codes.digest
      let configuration = SampleFile.Configuration(
        models: folder, seed: 0, distribution: distribution, rejection: rejection, basis: basis)
      try SampleFile(configuration, candidates, sources: sources, givenCodes: given)
        .write(to: writer.folder(Self.record))
    }
  }
}
