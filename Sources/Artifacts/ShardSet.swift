/// The configuration of a shard's file.
public struct ShardConfiguration<Common: Codable>: Codable {
  /// Which shard it is.
  public let shard: Shard
  /// What is the same in all shards of the set.
  public let common: Common

  /// The configuration of one shard of a set.
  public init(_ shard: Shard, common: Common) {
    self.shard = shard
    self.common = common
  }
}

/// A complete set of shards, open for reading and known to belong together.
public struct ShardSet<Common: Codable & Equatable> {
  /// The files, in the order of their numbers; at least one.
  public let files: [ArtifactFile]
  /// What their configurations have in common.
  public let common: Common
  /// The digest each was made from, by its role.
  public let sources: [String: String]
  /// The data of their tensors, those of the same name end to end; of nothing where they are unread.
  let data: ArtifactDigest

  /// Opens the files at `paths`, the shards of one set in the order of their numbers, and reads all of
  /// each once, unless they are `unread`: large, and checked as they are read.
  ///
  /// Throws a `FileError` that names one if it cannot be read, is damaged, is another shard than its
  /// place says, or was made from other files or with other settings than the first.
  public init(paths: [String], kind: ArtifactKind, unread: Bool = false) throws {
    var (files, data) = ([ArtifactFile](), ArtifactDigest())
    var first: Common?
    for (index, path) in paths.enumerated() {
      let file = try ArtifactFile(path: path, kind: kind, unread: unread) { data.update($0, $1) }
      let configuration = try file.configuration(as: ShardConfiguration<Common>.self)
      guard configuration.shard == Shard(index + 1, of: paths.count) else {
        throw FileError(
          path, "is shard \(configuration.shard), not \(index + 1)/\(paths.count)",
          remedy: "run the stage again with --shard \(index + 1)/\(paths.count)")
      }
      if let first { try Self.check(file, configuration.common, against: files[0], first) }
      first = first ?? configuration.common
      files.append(file)
    }
    guard let first else { preconditionFailure("a set has at least one shard") }
    self.files = files
    self.data = data
    common = first
    sources = files[0].metadata.sources
  }

  private static func check(
    _ file: ArtifactFile, _ common: Common, against first: ArtifactFile, _ firstCommon: Common
  ) throws {
    let (own, others) = (file.metadata.sources, first.metadata.sources)
    let role = Set(own.keys).union(others.keys).sorted().first { own[$0] != others[$0] }
    guard role == nil, common == firstCommon else {
      throw FileError(
        file.path,
        role.map { "was made from another \($0) than \(first.path)" }
          ?? "was made from other data or with other settings than \(first.path)",
        remedy: "run the stage again for all shards, with the same flags")
    }
  }
}
