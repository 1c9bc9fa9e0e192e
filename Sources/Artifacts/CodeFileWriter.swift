/// What all shards of a code file have in common.
public struct CodeShardSettings: Codable, Equatable, Sendable {
  /// What the whole file says of its codes.
  public let layout: CodeFileLayout
  /// The digest of the images, of all shards together.
  public let images: String

  /// The settings of the shards of a file of this layout.
  public init(layout: CodeFileLayout, images: String) {
    self.layout = layout
    self.images = images
  }
}

/// Writes a code file, or a shard of one, as the codes come; it appears, atomically, when all images
/// are in.
public final class CodeFileWriter {
  private let layout: CodeFileLayout
  private let writer: ArtifactWriter

  /// Starts a file of `count` images that will be at `path`.
  ///
  /// `vqvae` is the digest of the VQ-VAE the codes are of. Throws a `FileError` if nothing can be
  /// written there.
  public convenience init(
    path: String, layout: CodeFileLayout, count: Int, vqvae: String, notes: [String: String] = [:]
  ) throws {
    let metadata = try ArtifactMetadata(
      kind: .codes, configuration: layout, sources: [ArtifactKind.vqvae.rawValue: vqvae],
      notes: notes)
    try self.init(path: path, layout: layout, count: count, metadata: metadata)
  }

  /// Starts the file at `path` of one shard, of the `count` images that are its share.
  ///
  /// `vqvae` is the digest of the VQ-VAE the codes are of. Throws a `FileError` if nothing can be
  /// written there.
  public convenience init(
    path: String, shard: Shard, of settings: CodeShardSettings, count: Int, vqvae: String
  ) throws {
    let metadata = try ArtifactMetadata(
      kind: .codesShard, configuration: ShardConfiguration(shard, common: settings),
      sources: [ArtifactKind.vqvae.rawValue: vqvae])
    try self.init(path: path, layout: settings.layout, count: count, metadata: metadata)
  }

  private init(
    path: String, layout: CodeFileLayout, count: Int, metadata: ArtifactMetadata
  ) throws {
    precondition(layout.isPossible, "a code file cannot have this layout: \(layout)")
    self.layout = layout
    writer = try ArtifactWriter(
      path: path, metadata: metadata, tensors: layout.tensors(count: count))
  }

  /// Adds some images: their codes by level name, `[images, height, width]`, and their labels.
  ///
  /// Throws a `FileError` if they cannot be written.
  public func append(codes: [String: [UInt16]], labels: [Int32]) throws {
    precondition(layout.firstStrayLabel(in: labels) == nil, "a label is beyond the classes")
    for level in layout.levels {
      let levelCodes = codes[level.name, default: []]
      precondition(
        levelCodes.count == labels.count * level.codesPerImage, "\(level.name) lacks codes")
      precondition(
        layout.firstStray(in: levelCodes, of: level) == nil, "a code is beyond the codebook")
      try writer.append(.uint16(levelCodes), to: level.name)
    }
    try writer.append(.int32(labels), to: CodeFileLayout.labels)
  }

  /// Moves the file to its place and returns its digest; all images must be in.
  ///
  /// Throws a `FileError` if it cannot be written.
  @discardableResult
  public func finish() throws -> String {
    try writer.finish()
  }
}
