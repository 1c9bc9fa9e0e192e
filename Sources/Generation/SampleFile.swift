import Artifacts
import Foundation
import Models
import PixelCNN

/// All candidates of one run of sampling, the rejected ones too: `samples.safetensors`.
///
/// Tensors: a `U16` tensor of codes per level, [candidates, height, width]; `labels`, `numbers` and
/// `accepted`, `I32` [candidates]; `scores`, `F32` [candidates], by which they are kept, where there was a
/// network to tell; with a critic also `criticScores` and, if there are classes, `classScores`.
public struct SampleFile {
  /// The most maps of codes, one for each candidate and level, that are read into memory at once.
  public static let maximumMapCount = 2_000_000

  /// What made the candidates.
  public struct Configuration: Codable, Equatable, Sendable {
    /// Levels, class names and image shape.
    public var layout: CodeFileLayout
    /// The seed of the candidates.
    public var seed: UInt64
    /// How codes were drawn.
    public var distribution: LevelDistributions
    /// Which candidates were kept.
    public var rejection: Rejection
    /// By what; nil, as before there was a choice, for the class.
    public var basis: RejectionBasis?

    /// The configuration of candidates drawn from `models`.
    public init(
      models: ModelFolder, seed: UInt64, distribution: LevelDistributions, rejection: Rejection,
      basis: RejectionBasis = .class
    ) {
      layout = CodeFileLayout(
        levels: models.vqvae.levels, classNames: models.classNames,
        imageShape: models.vqvae.imageShape.dimensions)
      self.seed = seed
      self.distribution = distribution
      self.rejection = rejection
      self.basis = basis == .class ? nil : basis
    }
  }

  /// What made the candidates.
  public let configuration: Configuration
  /// The candidates, by class and number.
  public let candidates: [Candidate]
  /// The digest of all they were made with, by its role: the models, and what is known of pictures that are
  /// completed; or the codes that another program drew and the models but the priors.
  public let sources: [String: String]
  /// The codes that another program drew; nil of candidates drawn by the priors.
  public let givenCodes: GivenCodes?

  /// Candidates that this configuration and the files with these digests made.
  public init(
    _ configuration: Configuration, _ candidates: [Candidate], sources: [String: String],
    givenCodes: GivenCodes? = nil
  ) {
    self.configuration = configuration
    self.candidates = candidates
    self.sources = sources
    self.givenCodes = givenCodes
  }

  /// Writes the file.
  ///
  /// Throws a `FileError` if it cannot be written.
  public func write(to path: String) throws {
    let layout = configuration.layout
    let accepted = StoredTensor(
      CandidateTensors.accepted, shape: [candidates.count],
      .int32(candidates.map { $0.isAccepted ? 1 : 0 }))
    try Artifact(
      metadata: ArtifactMetadata(
        kind: .samples, configuration: configuration, sources: sources,
        notes: givenCodes?.notes ?? [:]),
      tensors: CandidateTensors.tensors(candidates, layout: layout, besides: [accepted])
    ).write(to: path)
  }

  /// Reads the file at `path`, or if it is not there all its shards, of whose candidates those are kept
  /// that one process would have kept.
  ///
  /// Throws a `FileError` if it is not a whole sample file, or a code or label is out of range, or
  /// there are more maps of codes than `maximumMapCount`; or if shards are missing, do not belong
  /// together or have too few candidates for a threshold.
  public init(path: String) throws {
    let shards = FileManager.default.fileExists(atPath: path) ? [] : try Shard.paths(of: path)
    guard shards.isEmpty else {
      try self.init(path: path, shards: shards)
      return
    }
    let file = try ArtifactFile(path: path, kind: .samples)
    let configuration = try file.configuration(as: Configuration.self)
    let stored = try CandidateTensors(file, layout: configuration.layout, isDecided: true)
    guard configuration.rejection.isPossible else {
      throw FileError(path, "is damaged: nothing can be kept by its rule", remedy: "sample again")
    }
    try CandidateTensors.checkCount(stored.count, layout: configuration.layout, path: path)
    self.init(
      configuration, try stored.read(), sources: file.metadata.sources,
      givenCodes: GivenCodes(of: file.metadata))
  }

  /// Reads the files at `shards`, in the order of their numbers, as the file that would be at `path`.
  ///
  /// Throws as `init(path:)` does.
  public init(path: String, shards: [String]) throws {
    self = try SampleShards(path: path, shards: shards).whole()
  }
}
