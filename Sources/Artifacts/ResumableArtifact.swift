import Foundation

/// Writes an artifact that takes longer than one run: what was written stays when the process ends, however
/// it does, and the next run goes on with it.
///
/// Of `NAME.safetensors` it is in `NAME.partial.safetensors` until all is there. Values are written in any
/// order; which of them are, their reader has to tell from the values themselves. Only for the holder of
/// the file's `OutputLock`.
public final class ResumableArtifact {
  /// Whether an earlier run has begun the file, with the same metadata and tensors.
  public let isResumed: Bool
  private let path: String
  private let place: String
  private let partial: String
  private let metadata: ArtifactMetadata
  private let header: SafetensorsHeader
  private let dataStart: Int
  private let descriptor: Int32

  /// Goes on with the file that will be at `path`, with `tensors` in the order given, or starts it where
  /// what is there is none or another.
  ///
  /// Throws a `FileError` if nothing can be written there, or the configuration is too long.
  public init(path: String, metadata: ArtifactMetadata, tensors: [TensorDescription]) throws {
    try metadata.checkSize(path: path)
    let header = SafetensorsHeader(
      layingOut: tensors, metadata: metadata.stored(digest: ArtifactMetadata.unknownDigest))
    let encoded = header.encoded()
    self.path = path
    self.metadata = metadata
    self.header = header
    dataStart = encoded.count
    place = AtomicFile.followingLinks(path)
    partial = companionPath(of: place, "partial.safetensors")
    descriptor = open(partial, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileError.system(path, "cannot be written") }
    let size = off_t(encoded.count + (header.tensors.map(\.offsets.upperBound).max() ?? 0))
    var status = stat()
    var start = [UInt8](repeating: 0, count: encoded.count)
    isResumed =
      fstat(descriptor, &status) == 0 && status.st_size == size
      && pread(descriptor, &start, start.count, 0) == start.count
      && Self.unsealed(start, as: encoded) == encoded
    guard isResumed || ftruncate(descriptor, 0) == 0 && ftruncate(descriptor, size) == 0,
      encoded.withUnsafeBytes({ writeAll(of: $0, to: descriptor, at: 0) })
    else { throw FileError.system(path, "cannot be written") }
  }

  /// The start of a file with its digest, which it may have got just before the process ended, taken back.
  private static func unsealed(_ start: [UInt8], as header: [UInt8]) -> [UInt8] {
    let field = "\"\(ArtifactMetadata.digestKey)\":\"\(ArtifactMetadata.unknownDigest)\""
    guard let place = header.firstRange(of: Array(field.utf8)) else { return start }
    return Array(start[..<place.lowerBound]) + field.utf8 + start[place.upperBound...]
  }

  /// Removes what is there of the file.
  public func discard() {
    unlink(partial)
  }

  deinit {
    close(descriptor)
  }

  /// Writes `values` over those of the tensor called `name`, from the element `start` on.
  ///
  /// They must be of the declared type and within the declared number. Throws a `FileError` if they cannot
  /// be written.
  public func write(_ values: TensorValues, to name: String, at start: Int) throws {
    let offset = place(of: start, in: name, count: values.count, values.dataType)
    guard values.withUnsafeBytes({ writeAll(of: $0, to: descriptor, at: offset) }) else {
      throw FileError.system(path, "cannot be written")
    }
  }

  /// Fills `buffer` with what is there of the tensor called `name`, from the element `start` on; elements
  /// that were never written are zeros.
  ///
  /// Throws a `FileError` if they cannot be read.
  public func read<Value: BitwiseCopyable>(
    _ name: String, _ dataType: DataType, at start: Int,
    into buffer: UnsafeMutableBufferPointer<Value>
  ) throws {
    let offset = place(of: start, in: name, count: buffer.count, dataType)
    try readAll(
      of: UnsafeMutableRawBufferPointer(buffer), from: descriptor, at: offset, path: path)
  }

  /// Seals the file, moves it to its place and returns its digest; every value must have been written.
  ///
  /// Throws a `FileError` if the file cannot be read or written.
  @discardableResult
  public func finish() throws -> String {
    var digest = ArtifactDigest()
    let file = try RandomAccessFile(path: partial)
    for (description, offsets) in header.tensors {
      try file.forEachChunk(of: dataStart + offsets.lowerBound..<dataStart + offsets.upperBound) {
        digest.update(description.name, $0)
      }
    }
    let tensors = header.tensors.map(\.description)
    let identity = digest.finish(metadata: metadata, tensors: tensors)
    let sealed = SafetensorsHeader(
      layingOut: tensors, metadata: metadata.stored(digest: identity)
    ).encoded()
    guard sealed.withUnsafeBytes({ writeAll(of: $0, to: descriptor, at: 0) }),
      fsync(descriptor) == 0, rename(partial, place) == 0
    else { throw FileError.system(path, "cannot be written") }
    AtomicFile.flushFolder(of: place)
    return identity
  }

  /// Where in the file elements of a tensor are.
  private func place(
    of start: Int, in name: String, count: Int, _ dataType: DataType
  ) -> Int {
    guard let (description, offsets) = header.tensors.first(where: { $0.description.name == name }),
      description.dataType == dataType
    else { preconditionFailure("\(name) is not declared as \(dataType)") }
    let size = description.dataType.byteCount
    precondition(start >= 0 && (start + count) * size <= offsets.count, "\(name) is exceeded")
    return dataStart + offsets.lowerBound + start * size
  }
}
