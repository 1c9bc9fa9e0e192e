import Artifacts
import PixelCNN

/// What all shards of one run of sampling have in common.
public struct SampleShardSettings: Codable, Equatable, Sendable {
  /// What the whole file says of its candidates.
  public let configuration: SampleFile.Configuration
  private let labels: [Int32]
  private let countPerClass: Int
  private let attempts: Int

  /// The settings of the shards of a run with this plan.
  public init(_ configuration: SampleFile.Configuration, plan: RejectionSampling) {
    self.configuration = configuration
    labels = plan.labels
    countPerClass = plan.countPerClass
    attempts = plan.attempts
  }

  /// What is to be drawn and kept.
  var plan: RejectionSampling {
    RejectionSampling(
      labels: labels, countPerClass: countPerClass, rejection: configuration.rejection,
      attempts: attempts)
  }

  /// Whether a run could have these settings, whoever wrote them.
  var isPossible: Bool {
    let layout = configuration.layout
    return layout.isPossible && plan.isPossible && layout.firstStrayLabel(in: labels) == nil
  }
}

/// The candidates that all shards of one run of sampling have drawn.
///
/// Nobody has decided yet which are kept, because that may take all of them.
public struct SampleShards {
  private struct Key: Hashable {
    let label: Int32
    let number: Int
  }

  private let path: String
  private let settings: SampleShardSettings
  private let sources: [String: String]
  private let candidates: [Key: Candidate]

  /// Writes the candidates of one shard to the file at `path`.
  ///
  /// `sources` are the digests of the models, by role. Throws a `FileError` if it cannot be written.
  public static func write(
    _ candidates: [Candidate], _ shard: Shard, of settings: SampleShardSettings,
    sources: [String: String], to path: String
  ) throws {
    try Artifact(
      metadata: ArtifactMetadata(
        kind: .samplesShard, configuration: ShardConfiguration(shard, common: settings),
        sources: sources),
      tensors: CandidateTensors.tensors(candidates, layout: settings.configuration.layout)
    ).write(to: path)
  }

  /// Reads the files at `shards`, at least one, in the order of their numbers; whole, the file would be
  /// at `path`.
  ///
  /// Throws a `FileError` if one cannot be read, is damaged or does not belong to the others, or if there
  /// are more maps of codes than `SampleFile.maximumMapCount`.
  public init(path: String, shards: [String]) throws {
    let set = try ShardSet<SampleShardSettings>(paths: shards, kind: .samplesShard)
    guard set.common.isPossible else {
      throw FileError(
        shards[0], "is damaged: nothing can be drawn by its settings", remedy: "sample again")
    }
    let layout = set.common.configuration.layout
    let stored = try set.files.map { try CandidateTensors($0, layout: layout, isDecided: false) }
    try CandidateTensors.checkCount(stored.reduce(0) { $0 + $1.count }, layout: layout, path: path)
    let plan = set.common.plan
    var candidates: [Key: Candidate] = [:]
    for (index, part) in stored.enumerated() {
      for candidate in try part.read() {
        let key = Key(label: candidate.label, number: candidate.number)
        guard key.number >= 0,
          plan.shardIndex(of: key.label, key.number, among: stored.count) == index
        else {
          throw part.damage("candidate \(key.number) of a class is not of its share")
        }
        guard candidates.updateValue(candidate, forKey: key) == nil else {
          throw part.damage("it has candidate \(key.number) of a class twice")
        }
      }
    }
    self.path = path
    self.candidates = candidates
    settings = set.common
    sources = set.sources
  }

  /// Checks that the shards are of a run with these settings, from models with these digests.
  ///
  /// Throws a `FileError` that names `shard`, one of them, if not.
  public func check(
    _ settings: SampleShardSettings, sources: [String: String], naming shard: String
  ) throws {
    let roles = Set(self.sources.keys).union(sources.keys)
    let strays = roles.filter { self.sources[$0] != sources[$0] }
    guard !strays.isEmpty || self.settings != settings else { return }
    throw FileError(
      shard,
      strays == [PartialPictures.sourceRole]
        ? "completes other pictures, or other parts of them"
        : strays.isEmpty ? "was drawn with other settings" : "was drawn from other models",
      remedy: "remove all shards, or draw them again with the same flags")
  }

  /// The candidates of the given classes and numbers, in that order: those the shards have, and all
  /// others from `generator`.
  ///
  /// - Parameter progress: called with how many of them there are.
  /// - Throws: what the generator and `progress` throw.
  public func draw(
    _ wanted: [(label: Int32, number: Int)], orFrom generator: any ImageGenerator,
    progress: (Int) throws -> Void
  ) throws -> [Candidate] {
    let missing = wanted.filter { candidates[Key(label: $0.label, number: $0.number)] == nil }
    let present = wanted.count - missing.count
    var drawn = try generator.draw(missing) { try progress(present + $0) }[...]
    return wanted.compactMap {
      candidates[Key(label: $0.label, number: $0.number)] ?? drawn.popFirst()
    }
  }

  /// The file that one process would have written.
  ///
  /// Throws a `FileError` if that takes candidates that no shard has, as a threshold may.
  func whole() throws -> SampleFile {
    let plan = settings.plan
    let lack = FileError(
      path, "needs more candidates than its shards have drawn",
      remedy: "run sample-images again without --shard, which draws the rest")
    guard plan.expectedCandidates <= candidates.count else { throw lack }
    let chosen = try plan.run(drawing: { wanted, _ in
      try wanted.map {
        guard let candidate = candidates[Key(label: $0.label, number: $0.number)] else {
          throw lack
        }
        return candidate
      }
    }) { _, _ in }
    return SampleFile(settings.configuration, chosen, sources: sources)
  }
}
