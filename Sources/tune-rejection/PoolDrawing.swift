import Artifacts
import CommandLineTools
import Foundation
import Generation
import PixelCNN

/// Draws pools of candidates of all classes, each with another distribution of codes, into a folder of
/// its own. What is there already is not drawn again.
struct PoolDrawing {
  let models: JudgedModels
  let basis: RejectionBasis
  let seed: UInt64
  let countPerClass: Int
  /// The folder of the pools' folders.
  let folder: String

  private var plan: RejectionSampling {
    let classes = models.folder.classNames.indices.map(Int32.init)
    return RejectionSampling(
      labels: classes.isEmpty ? [-1] : classes, countPerClass: countPerClass, rejection: .none,
      attempts: 1)
  }

  private func configuration(_ distribution: LevelDistributions) -> SampleFile.Configuration {
    .init(
      models: models.folder, seed: seed, distribution: distribution, rejection: .none, basis: basis)
  }

  private func generator(_ distribution: LevelDistributions) -> CandidateGenerator {
    CandidateGenerator(
      models.folder, seed: seed, distribution: distribution,
      batchSize: CandidatePool.batchSize, basis: basis)
  }

  /// What a pool is called: "guidance 1.5, temperature 0.7".
  func name(of distribution: LevelDistributions) -> String {
    let flags = configuration(distribution).flags
    let dials = stride(from: 0, to: flags.count, by: 2).map {
      "\(flags[$0].dropFirst(2)) \(flags[$0 + 1])"
    }
    return dials.isEmpty ? "plain sampling" : dials.joined(separator: ", ")
  }

  /// Where a pool's candidates are.
  private func path(of distribution: LevelDistributions) -> String {
    let words = configuration(distribution).flags.map {
      $0.hasPrefix("--") ? $0.dropFirst(2) : $0[...]
    }
    let name = words.isEmpty ? "plain" : words.joined(separator: "-")
    return [name, "samples.safetensors"].reduce(folder) {
      ($0 as NSString).appendingPathComponent($1)
    }
  }

  /// Draws one shard of a pool, unless it is there.
  ///
  /// Throws a `FileError` if it cannot be written, or a file of other candidates is in its place.
  func draw(_ shard: Shard, of distribution: LevelDistributions) throws {
    let whole = path(of: distribution)
    let path = shard.path(of: whole)
    try OutputFolder.create((whole as NSString).deletingLastPathComponent)
    let lock = try OutputLock(onNewFile: path)
    defer { lock.release() }
    let settings = SampleShardSettings(configuration(distribution), plan: plan)
    if FileManager.default.fileExists(atPath: path) {
      let file = try ArtifactFile(path: path, kind: .samplesShard)
      let found = try file.configuration(as: ShardConfiguration<SampleShardSettings>.self)
      guard found.shard == shard, found.common == settings,
        file.metadata.sources == models.folder.sources
      else { throw otherCandidates(path) }
      return
    }
    try Shard.checkNoWhole(at: whole)
    try SampleShards.write(
      try run(plan.share(of: shard), named: "\(name(of: distribution)), \(shard)") {
        try generator(distribution).draw($0, progress: $1)
      }, shard, of: settings, sources: models.folder.sources, to: path)
  }

  /// Draws a pool, or puts its shards together, unless it is there; returns where it is.
  ///
  /// Throws a `FileError` if it cannot be written, or a file of other candidates is in its place.
  func draw(_ distribution: LevelDistributions) throws -> String {
    let path = path(of: distribution)
    try OutputFolder.create((path as NSString).deletingLastPathComponent)
    let lock = try OutputLock(onNewFile: path)
    defer { lock.release() }
    let configuration = configuration(distribution)
    if FileManager.default.fileExists(atPath: path) {
      let file = try SampleFile(path: path)
      guard file.configuration == configuration, file.sources == models.folder.sources,
        file.candidates.count == plan.expectedCandidates
      else { throw otherCandidates(path) }
      return path
    }
    let generator = generator(distribution)
    let paths = try Shard.paths(of: path)
    let drawn = paths.isEmpty ? nil : try SampleShards(path: path, shards: paths)
    try drawn?.check(
      SampleShardSettings(configuration, plan: plan), sources: models.folder.sources,
      naming: paths[0])
    let candidates = try run(plan, named: name(of: distribution)) {
      try drawn?.draw($0, orFrom: generator, progress: $1)
        ?? generator.draw($0, progress: $1)
    }
    try SampleFile(configuration, candidates, sources: models.folder.sources).write(to: path)
    return path
  }

  private func run(
    _ plan: RejectionSampling, named name: String, drawing: @escaping RejectionSampling.Drawing
  ) throws -> [Candidate] {
    let progress = ProgressReporter(
      "drawing, \(name)", total: plan.expectedCandidates, unit: "candidate")
    return try plan.run(drawing: drawing) { drawn, _ in
      progress.report(drawn)
      try Interruption.throwIfRequested()
    }
  }

  private func otherCandidates(_ path: String) -> FileError {
    FileError(
      path, "is there already, with other candidates than these flags draw",
      remedy: "remove it, or choose another --output")
  }
}
