import Artifacts

/// Writes images, as they are read, into one file or a shard of one, and goes on where an earlier run was
/// ended.
///
/// While it is at it, the file is `NAME.partial.safetensors`. Each image has its checksum there, by which
/// the next run tells what is done. The same images give the same bytes, however many runs it takes.
public final class ImagePreparation {
  /// The number of images of the file.
  public var count: Int { share.count }
  /// How many of them earlier runs have left to do.
  public private(set) var missingCount: Int

  private let images: any ImageSequence
  private let share: Range<Int>
  private let file: ResumableArtifact
  private let lock: OutputLock
  private var isMissing: [Bool]

  /// Prepares to write all of `images`, or one shard of them, as the file at `path`, or the shard of it.
  /// Where there are shards of all, they are put together instead of reading the images again.
  ///
  /// - Parameters:
  ///   - sources: the digests of the files that the images were computed from, by role, which the file will
  ///     name; an earlier run with others is not gone on with. Such images have no shards.
  ///   - checking: called with the number of images of an earlier run that were looked at.
  /// - Throws: a `FileError` if nothing can be written there or another process does; or if shards are
  ///   missing, damaged or of other images; what `checking` throws.
  public init(
    of images: any ImageSequence, to path: String, shard: Shard? = nil,
    sources: [String: String] = [:],
    checking: (Int) throws -> Void = { _ in }
  ) throws {
    let all = PreparedIndex(of: images, 0..<images.count)
    let layout = PreparedLayout(
      imageShape: images.shape.dimensions, classNames: images.classNames, index: all.digest,
      alteration: (images as? AugmentedCopies)?.alteration)
    let place = shard?.path(of: path) ?? path
    lock = try OutputLock(onNewFile: place)
    share = shard?.share(of: images.count) ?? 0..<images.count
    let metadata: ArtifactMetadata
    if let shard {
      try Shard.checkNoWhole(at: path)
      self.images = images
      metadata = try ArtifactMetadata(
        kind: .imagesShard, configuration: ShardConfiguration(shard, common: layout))
    } else {
      let shards = sources.isEmpty ? try Shard.paths(of: path) : []
      self.images = shards.isEmpty ? images : try Self.shards(at: shards, of: layout)
      metadata = try ArtifactMetadata(kind: .images, configuration: layout, sources: sources)
    }
    let index = shard == nil ? all : PreparedIndex(of: images, share)
    file = try ResumableArtifact(
      path: place, metadata: metadata,
      tensors: layout.tensors(count: share.count, nameBytes: index.names.count))
    if !layout.classNames.isEmpty {
      try file.write(.int32(index.labels), to: PreparedLayout.labels, at: 0)
    }
    try file.write(.uint8(index.names), to: PreparedLayout.names, at: 0)
    isMissing = [Bool](repeating: true, count: share.count)
    missingCount = share.count
    if file.isResumed { try findMissing(checking) }
  }

  /// Reads and writes what is missing, and moves the file to its place.
  ///
  /// - Parameter progress: called with the number of images done.
  /// - Throws: what reading an image, or `progress`, throws; a `FileError` if the file cannot be written.
  ///   What is done stays.
  public func finish(progress: (Int) throws -> Void) throws {
    defer { lock.release() }
    do {
      try images.forEachImage(where: { share.contains($0) && isMissing[$0 - share.lowerBound] }) {
        try write($1.get(), as: $0 - share.lowerBound)
        try progress(count - missingCount)
      }
      try file.finish()
    } catch {
      if missingCount == count { file.discard() }
      throw error
    }
  }

  private func write(_ image: [UInt8], as place: Int) throws {
    try file.write(.uint8(image), to: PreparedLayout.images, at: place * image.count)
    let sum = image.withUnsafeBufferPointer { checksum(of: $0) }
    try file.write(.int32([sum]), to: PreparedLayout.checksums, at: place)
    isMissing[place] = false
    missingCount -= 1
  }

  /// Compares what an earlier run has left of each image with its checksum.
  private func findMissing(_ checking: (Int) throws -> Void) throws {
    var checksums = [Int32](repeating: 0, count: count)
    try checksums.withUnsafeMutableBufferPointer {
      try file.read(PreparedLayout.checksums, .int32, at: 0, into: $0)
    }
    var image = [UInt8](repeating: 0, count: images.shape.byteCount)
    for place in 0..<count {
      // An image that was not begun has none, and need not be read.
      guard checksums[place] != 0 else { continue }
      try image.withUnsafeMutableBufferPointer { buffer in
        try file.read(
          PreparedLayout.images, .uint8, at: place * buffer.count, into: buffer)
        isMissing[place] = checksum(of: UnsafeBufferPointer(buffer)) != checksums[place]
      }
      if !isMissing[place] { missingCount -= 1 }
      try checking(place + 1)
    }
  }

  private static func shards(
    at paths: [String], of layout: PreparedLayout
  ) throws -> PreparedImages {
    let images = try PreparedImages(shards: paths)
    guard images.layout == layout else {
      throw FileError(
        paths[0], "was made from other images or with other settings",
        remedy: "remove all shards, or make them again with the same flags")
    }
    return images
  }
}
