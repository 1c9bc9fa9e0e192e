import Foundation

/// A file that one of the stages wrote, open for reading and known to be undamaged.
public final class ArtifactFile: Sendable {
  /// The file's path, as it was given.
  public let path: String
  /// What the file says of itself.
  public let metadata: ArtifactMetadata
  /// The file's identity, 64 hexadecimal digits: the digest of all it means, notes aside.
  public let digest: String
  /// Its tensors.
  public let tensors: SafetensorsFile

  /// Opens the file at `path`, which must be of the given kind, and reads all of it once to check its
  /// digest; unless it is to stay `unread`, because it is large, and checked as it is read: its digest
  /// then is the one that the file says it has.
  ///
  /// Throws a `FileError` if the file cannot be read, is of another kind or a newer format, or is
  /// damaged or unfinished.
  public convenience init(path: String, kind: ArtifactKind, unread: Bool = false) throws {
    try self.init(path: path, kind: kind, unread: unread) { _, _ in }
  }

  /// Also calls `visit` with the name and the data of each tensor that it reads, piece by piece.
  init(
    path: String, kind: ArtifactKind, unread: Bool,
    visit: (String, UnsafeRawBufferPointer) -> Void
  ) throws {
    let tensors = try SafetensorsFile(path: path)
    self.path = path
    self.tensors = tensors
    metadata = try ArtifactMetadata(stored: tensors.metadata, path: path, kind: kind)
    let stored = tensors.metadata[ArtifactMetadata.digestKey] ?? ArtifactMetadata.unknownDigest
    if unread {
      guard stored != ArtifactMetadata.unknownDigest else {
        throw FileError(
          path, "is unfinished", remedy: "run the command that was writing it again")
      }
      digest = stored
    } else {
      digest = try Self.computeDigest(of: tensors, metadata: metadata, visit)
      guard digest == stored else {
        throw FileError(
          path, "is damaged: its contents do not match its digest",
          remedy: "copy or make it again")
      }
    }
  }

  /// What the file at `path` says it is for; nil if it says nothing that is known.
  ///
  /// Throws a `FileError` if the file cannot be read.
  public static func kind(ofFileAt path: String) throws -> ArtifactKind? {
    try ArtifactMetadata.kind(stored: SafetensorsFile(path: path).metadata)
  }

  /// The configuration that made the file.
  ///
  /// Throws a `FileError` if it is not one of type `Configuration`.
  public func configuration<Configuration: Decodable>(
    as _: Configuration.Type
  ) throws -> Configuration {
    do {
      return try JSONDecoder().decode(Configuration.self, from: Data(metadata.configuration.utf8))
    } catch let error as DecodingError {
      throw FileError(
        path, "has a configuration this build cannot use: \(reason(for: error))",
        remedy: "update this build or make the file again")
    }
  }

  /// Checks that this file was made from `source`, in the given role ("vqvae").
  ///
  /// Throws a `FileError` naming both if it was made from another.
  public func checkSource(_ role: String, is source: ArtifactFile) throws {
    try checkSource(role, is: source.digest, at: source.path)
  }

  /// Checks that this file was made from the file at `sourcePath`, whose digest is given.
  ///
  /// Throws a `FileError` naming both if it was made from another.
  public func checkSource(_ role: String, is digest: String, at sourcePath: String) throws {
    try Self.checkSource(role, among: metadata.sources, of: path, is: digest, at: sourcePath)
  }

  static func checkSource(
    _ role: String, among sources: [String: String], of path: String, is digest: String,
    at sourcePath: String
  ) throws {
    guard sources[role] == digest else {
      throw FileError(
        path, "was not made from \(sourcePath) but from another \(role)",
        remedy: "pass the \(role) it was made from or make it again")
    }
  }

  private static func computeDigest(
    of file: SafetensorsFile, metadata: ArtifactMetadata,
    _ visit: (String, UnsafeRawBufferPointer) -> Void
  ) throws -> String {
    var digest = ArtifactDigest()
    let tensors = try file.names.map { try file.tensor($0) }
    for (description, bytes) in tensors {
      try file.file.forEachChunk(of: bytes) {
        digest.update(description.name, $0)
        visit(description.name, $0)
      }
    }
    return digest.finish(metadata: metadata, tensors: tensors.map(\.description))
  }
}

private func reason(for error: DecodingError) -> String {
  func place(_ context: DecodingError.Context) -> String {
    let path = context.codingPath.map(\.stringValue).joined(separator: ".")
    return path.isEmpty ? "at its top" : "in \(quoted(path))"
  }
  return switch error {
  case .keyNotFound(let key, let context): "no \(quoted(key.stringValue)) \(place(context))"
  case .valueNotFound(_, let context): "no value \(place(context))"
  case .typeMismatch(let type, let context): "no \(type) \(place(context))"
  case .dataCorrupted(let context): "\(context.debugDescription) \(place(context))"
  @unknown default: "\(error)"
  }
}
