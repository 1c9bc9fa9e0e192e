import Artifacts
import Images
import VQVAE

/// The extraction of the codes and labels of all images of a dataset, by one process or in shards.
public struct CodeExtraction {
  private let dataset: any ImageDataset
  private let vqvae: LoadedVQVAE
  private let layout: CodeFileLayout

  /// The extraction from a dataset in which `copies` altered copies of itself follow each image.
  public init(of dataset: any ImageDataset, copies: Int = 0, by vqvae: LoadedVQVAE) {
    self.dataset = dataset
    self.vqvae = vqvae
    layout = CodeFileLayout(
      levels: vqvae.levels, classNames: dataset.classNames,
      imageShape: dataset.shape.dimensions, copies: copies)
  }

  /// The number of images that are a shard's share, or of all.
  public func imageCount(of shard: Shard?) -> Int {
    shard.map { layout.share($0, of: dataset.count).count } ?? dataset.count
  }

  /// Writes the code file at `path`. Where there are shards of it, it is put together from them.
  ///
  /// - Parameter progress: called with the number of images done.
  /// - Throws: what the dataset and `progress` throw; a `FileError` if the file cannot be written or
  ///   another process is writing it, or if shards are missing or of other codes.
  public func write(to path: String, progress: (Int) throws -> Void) throws {
    let lock = try OutputLock(onNewFile: path)
    defer { lock.release() }
    let shards = try Shard.paths(of: path)
    let codes = shards.isEmpty ? nil : try CodeFile(path: path, shards: shards)
    if let codes { try check(codes, shards[0]) }
    let writer = try CodeFileWriter(
      path: path, layout: layout, count: dataset.count, vqvae: vqvae.file.digest)
    if let codes {
      try copy(codes, to: writer, progress)
    } else {
      try encode(dataset, to: writer, progress)
    }
    try writer.finish()
  }

  /// Writes one shard of the code file that, whole, would be at `path`.
  ///
  /// Throws as `write(to:progress:)` does, and a `FileError` if the whole file is there.
  public func write(
    _ shard: Shard, of path: String, progress: (Int) throws -> Void
  ) throws {
    let place = shard.path(of: path)
    let lock = try OutputLock(onNewFile: place)
    defer { lock.release() }
    try Shard.checkNoWhole(at: path)
    let share = layout.share(shard, of: dataset.count)
    let writer = try CodeFileWriter(
      path: place, shard: shard, of: CodeShardSettings(layout: layout, images: try imageDigest()),
      count: share.count, vqvae: vqvae.file.digest)
    if !share.isEmpty { try encode(Subset(of: dataset, at: share), to: writer, progress) }
    try writer.finish()
  }

  private func encode(
    _ images: any ImageDataset, to writer: CodeFileWriter, _ progress: (Int) throws -> Void
  ) throws {
    let shape = images.shape
    var done = 0
    try forEachBatch(of: images) { batch in
      let codes = vqvae.model.encode(batch.tensor(of: shape))
      try writer.append(
        codes: Dictionary(
          uniqueKeysWithValues: zip(layout.levels, codes).map { ($0.name, $1.map(UInt16.init)) }),
        labels: batch.labels)
      done += batch.count
      try progress(done)
    }
  }

  private func copy(
    _ codes: CodeFile, to writer: CodeFileWriter, _ progress: (Int) throws -> Void
  ) throws {
    let labels = try codes.readLabels()
    for start in stride(from: 0, to: codes.count, by: 1024) {
      let images = start..<min(start + 1024, codes.count)
      let read = try layout.levels.map {
        ($0.name, try codes.readCodes(level: $0.name, images: images))
      }
      try writer.append(
        codes: Dictionary(uniqueKeysWithValues: read), labels: Array(labels[images]))
      try progress(images.upperBound)
    }
  }

  /// Checks that the shards, of which `path` is one, are of the codes to be written.
  private func check(_ codes: CodeFile, _ path: String) throws {
    let role = ArtifactKind.vqvae.rawValue
    let isOfVQVAE = codes.sources == [role: vqvae.file.digest]
    guard isOfVQVAE, codes.layout == layout, codes.shardedImages == (try imageDigest()) else {
      throw FileError(
        path,
        isOfVQVAE
          ? "was made from other images or with other settings"
          : "was not made from \(vqvae.file.path) but from another \(role)",
        remedy: "remove all shards, or make them again with the same flags")
    }
  }

  /// The identity of all images. The last of each picture's is looked at: where there are copies, it
  /// depends on how they are altered.
  private func imageDigest() throws -> String {
    let size = layout.imagesPerPicture
    return try fingerprint(
      of: Subset(of: dataset, at: stride(from: size - 1, to: dataset.count, by: size)))
  }
}
