import Foundation

/// What a file is for; a stage refuses a file of another kind.
public enum ArtifactKind: String, CaseIterable, Sendable {
  /// A trained VQ-VAE.
  case vqvae
  /// A trained VAE.
  case vae
  /// A trained autoencoder without codes.
  case autoencoder
  /// The codes of a data set.
  case codes
  /// One shard of them.
  case codesShard = "codes-shard"
  /// A trained prior over the codes of one level.
  case prior
  /// A trained classifier.
  case classifier
  /// Sampled codes with their labels and scores.
  case samples
  /// One shard of them, before any are turned away.
  case samplesShard = "samples-shard"
  /// The state of an unfinished training.
  case checkpoint
  /// The images of a data set, as they are read.
  case images
  /// One shard of them.
  case imagesShard = "images-shard"
}

/// What a file says of itself: what it is, how it was made, and from what.
///
/// It is stored as strings in the safetensors metadata, under the keys `kind`, `format_version`,
/// `configuration` (JSON with sorted keys), `source.ROLE` and `note.NAME`.
public struct ArtifactMetadata: Equatable, Sendable {
  /// The format version this build writes, and the newest it reads.
  public static let formatVersion = 1

  /// The longest configuration that is written or read, in bytes of UTF-8.
  public static let maximumConfigurationSize = 8_000_000

  /// What the file is for.
  public let kind: ArtifactKind
  /// The full configuration that made it, as JSON with sorted keys.
  public let configuration: String
  /// The digest of each file it was made from, by its role: "vqvae".
  public let sources: [String: String]
  /// Free remarks by name; not a part of the file's identity.
  public let notes: [String: String]

  /// Describes a file to be written.
  ///
  /// Throws an `EncodingError` if the configuration has a number that is not finite.
  public init(
    kind: ArtifactKind, configuration: some Encodable, sources: [String: String] = [:],
    notes: [String: String] = [:]
  ) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    self.kind = kind
    self.configuration = String(decoding: try encoder.encode(configuration), as: UTF8.self)
    self.sources = sources
    self.notes = notes
  }
}

// MARK: - As safetensors metadata

extension ArtifactMetadata {
  static let digestKey = "digest"
  private static let kindKey = "kind"
  private static let versionKey = "format_version"
  private static let configurationKey = "configuration"
  private static let sourcePrefix = "source."
  private static let notePrefix = "note."

  /// What stands in the place of the digest until it is known.
  static let unknownDigest = String(repeating: "0", count: 64)

  /// The strings to store.
  func stored(digest: String) -> [String: String] {
    var stored = [
      Self.digestKey: digest,
      Self.kindKey: kind.rawValue, Self.versionKey: String(Self.formatVersion),
      Self.configurationKey: configuration,
    ]
    for (role, digest) in sources { stored[Self.sourcePrefix + role] = digest }
    for (name, note) in notes { stored[Self.notePrefix + name] = note }
    return stored
  }

  /// The kind that metadata tells of; nil if none that is known.
  static func kind(stored: [String: String]) -> ArtifactKind? {
    stored[kindKey].flatMap(ArtifactKind.init)
  }

  /// Reads the metadata of the file at `path`, which must be of the given kind.
  init(stored: [String: String], path: String, kind: ArtifactKind) throws {
    guard let kindName = stored[Self.kindKey], let versionText = stored[Self.versionKey],
      let version = Int(versionText), version > 0, let configuration = stored[Self.configurationKey]
    else {
      throw FileError(
        path, "does not say what it is",
        remedy: "pass a '\(kind.rawValue)' file that one of the stages wrote")
    }
    guard version <= Self.formatVersion else {
      throw FileError(
        path, "has format version \(version); this build reads up to \(Self.formatVersion)",
        remedy: "update it")
    }
    guard kindName == kind.rawValue else {
      throw FileError(
        path, "is a \(quoted(kindName)) file, not a '\(kind.rawValue)' file",
        remedy: "pass a '\(kind.rawValue)' file")
    }
    self.kind = kind
    self.configuration = configuration
    sources = Self.entries(of: stored, under: Self.sourcePrefix)
    notes = Self.entries(of: stored, under: Self.notePrefix)
    try checkSize(path: path)
  }

  /// Checks that the configuration of the file at `path` is not too long to be read.
  func checkSize(path: String) throws {
    let size = configuration.utf8.count
    guard size <= Self.maximumConfigurationSize else {
      throw FileError(
        path,
        "has a configuration of \(size) bytes, beyond the limit of "
          + "\(Self.maximumConfigurationSize)", remedy: "use fewer or shorter names of classes")
    }
  }

  private static func entries(
    of stored: [String: String], under prefix: String
  ) -> [String: String] {
    var entries: [String: String] = [:]
    for (key, value) in stored where key.hasPrefix(prefix) {
      entries[String(key.dropFirst(prefix.count))] = value
    }
    return entries
  }
}
