/// A whole file, ready to be written: a model, or the state of its training.
public struct Artifact {
  /// What the file says of itself.
  public let metadata: ArtifactMetadata
  /// Its tensors, in the order they are to have in the file.
  public let tensors: [StoredTensor]

  /// An artifact of uniquely named tensors.
  public init(metadata: ArtifactMetadata, tensors: [StoredTensor]) {
    self.metadata = metadata
    self.tensors = tensors
  }

  /// Writes the file atomically and returns its digest, 64 hexadecimal digits.
  ///
  /// The file that was there is kept as `old`, if given. Throws a `FileError` if it cannot be
  /// written, and what reading a tensor's values throws.
  @discardableResult
  public func write(to path: String, keepingOldAs old: String? = nil) throws -> String {
    let writer = try ArtifactWriter(
      path: path, metadata: metadata, tensors: tensors.map(\.description))
    for tensor in tensors {
      try writer.append(try tensor.values, to: tensor.name)
    }
    return try writer.finish(keepingOldAs: old)
  }
}

/// Writes an artifact too large for memory, piece by piece.
public final class ArtifactWriter {
  private let metadata: ArtifactMetadata
  private let tensors: [TensorDescription]
  private let writer: SafetensorsWriter
  private var digest = ArtifactDigest()

  /// Starts a file that will be at `path`, with `tensors` in the order given.
  ///
  /// Throws a `FileError` if nothing can be written there, or the configuration is too long.
  public init(path: String, metadata: ArtifactMetadata, tensors: [TensorDescription]) throws {
    try metadata.checkSize(path: path)
    self.metadata = metadata
    self.tensors = tensors
    writer = try SafetensorsWriter(
      path: path, tensors: tensors,
      metadata: metadata.stored(digest: ArtifactMetadata.unknownDigest))
  }

  /// Adds `values` after those already given for the tensor called `name`.
  ///
  /// They must be of the declared type and within the declared number. Throws a `FileError` if they
  /// cannot be written, or are finite but too large for half precision.
  public func append(_ values: TensorValues, to name: String) throws {
    try writer.append(values, to: name)
    values.withUnsafeBytes { digest.update(name, $0) }
  }

  /// Moves the file to its place and returns its digest; every tensor must have all its values.
  ///
  /// The file that was there is kept as `old`, if given. Throws a `FileError` if the file cannot be
  /// written.
  @discardableResult
  public func finish(keepingOldAs old: String? = nil) throws -> String {
    let identity = digest.finish(metadata: metadata, tensors: tensors)
    try writer.finish(metadata: metadata.stored(digest: identity), keepingOldAs: old)
    return identity
  }
}
