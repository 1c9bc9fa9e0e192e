import Foundation

/// The codes of a data set, open for reading: for each level a tensor `[images, height, width]`.
///
/// They are in one file or in a complete set of shards, which makes no difference to who reads them.
/// Codes are read as they are asked for, so there may be more than memory holds.
public final class CodeFile: Sendable {
  /// Where the file is, or would be if it were not in shards.
  public let path: String
  /// Levels, class names and image shape.
  public let layout: CodeFileLayout
  /// The digest of each file the codes were made from, by its role.
  public let sources: [String: String]
  /// The identity of the codes, 64 hexadecimal digits; the same in shards as in one file.
  public let digest: String
  /// The number of images.
  public let count: Int
  /// The digest of the images that the shards were made of; nil of one file, which does not tell.
  public let shardedImages: String?
  private let parts: [CodePart]

  /// The number of pictures, not counting their copies.
  public var pictureCount: Int { count / layout.imagesPerPicture }

  /// The levels, from the top down.
  public var levels: [CodeLevel] { layout.levels }

  /// Checks that the codes were made from `source`, in the given role ("vqvae").
  ///
  /// Throws a `FileError` naming both if they were made from another.
  public func checkSource(_ role: String, is source: ArtifactFile) throws {
    try ArtifactFile.checkSource(
      role, among: sources, of: path, is: source.digest, at: source.path)
  }

  /// Opens the file at `path`, or if it is not there all its shards, and checks everything but the
  /// values of its codes and labels.
  ///
  /// Throws a `FileError` if a file cannot be read, is damaged, or is not a code file whose tensors are
  /// those its configuration says; or if shards are missing or do not belong together.
  public convenience init(path: String) throws {
    let shards = FileManager.default.fileExists(atPath: path) ? [] : try Shard.paths(of: path)
    guard shards.isEmpty else {
      try self.init(path: path, shards: shards)
      return
    }
    let file = try ArtifactFile(path: path, kind: .codes)
    let layout = try file.configuration(as: CodeFileLayout.self)
    try self.init(
      path: path, layout: layout, sources: file.metadata.sources, parts: layout.parts([file])
    ) { _ in file.digest }
  }

  /// Opens the files at `shards`, in the order of their numbers, as the file that would be at `path`.
  ///
  /// Throws as `init(path:)` does.
  public convenience init(path: String, shards: [String]) throws {
    let set = try ShardSet<CodeShardSettings>(paths: shards, kind: .codesShard)
    let layout = set.common.layout
    try self.init(
      path: path, layout: layout, sources: set.sources, parts: layout.parts(set.files),
      shardedImages: set.common.images
    ) { count in
      set.data.finish(
        metadata: try ArtifactMetadata(kind: .codes, configuration: layout, sources: set.sources),
        tensors: layout.tensors(count: count))
    }
  }

  private init(
    path: String, layout: CodeFileLayout, sources: [String: String], parts: [CodePart],
    shardedImages: String? = nil, digest: (_ count: Int) throws -> String
  ) throws {
    self.path = path
    self.layout = layout
    self.sources = sources
    self.parts = parts
    self.shardedImages = shardedImages
    count = parts.last?.images.upperBound ?? 0
    self.digest = try digest(count)
  }

  /// The level called `name`.
  ///
  /// Throws a `FileError` naming the levels there are if it is not one of them.
  public func level(_ name: String) throws -> CodeLevel {
    guard let level = levels.first(where: { $0.name == name }) else {
      let names = levels.map(\.name).joined(separator: ", ")
      throw FileError(path, "has no level '\(name)'", remedy: "pass one of: \(names)")
    }
    return level
  }

  /// The codes of some images at one level, `[images, height, width]` in row-major order.
  ///
  /// `images` must lie within `0..<count`. Throws a `FileError` if the file has no such level,
  /// cannot be read, or has a code outside the codebook.
  public func readCodes(level name: String, images: Range<Int>) throws -> [UInt16] {
    precondition(images.lowerBound >= 0 && images.upperBound <= count)
    let level = try level(name)
    return try parts.filter { $0.images.overlaps(images) }.flatMap {
      try $0.readCodes(level: level, of: layout, images: images)
    }
  }

  /// The label of every image: an index into the class names, or -1 for none.
  ///
  /// Throws a `FileError` if the file cannot be read or has a label that is no class.
  public func readLabels() throws -> [Int32] {
    try parts.flatMap { try $0.readLabels(of: layout) }
  }
}

/// One of the files that codes are in, and which of all images are in it.
private struct CodePart {
  let tensors: SafetensorsFile
  let images: Range<Int>

  /// The codes of those of `images` that are here.
  func readCodes(
    level: CodeLevel, of layout: CodeFileLayout, images wanted: Range<Int>
  ) throws -> [UInt16] {
    let own = wanted.clamped(to: images)
    let start = own.lowerBound - images.lowerBound
    let elements = start * level.codesPerImage..<(start + own.count) * level.codesPerImage
    let codes = try tensors.readUInt16(level.name, elements: elements)
    if let (image, code) = layout.firstStray(in: codes, of: level) {
      throw FileError(
        tensors.path,
        "has code \(code) in level '\(level.name)' of image \(start + image), "
          + "beyond its codebook of \(level.codebookSize)", remedy: "extract the codes again")
    }
    return codes
  }

  func readLabels(of layout: CodeFileLayout) throws -> [Int32] {
    let labels = try tensors.readInt32(CodeFileLayout.labels)
    if let image = layout.firstStrayLabel(in: labels) {
      throw FileError(
        tensors.path,
        "has label \(labels[image]) for image \(image), beyond its \(layout.classNames.count) classes",
        remedy: "extract the codes again")
    }
    return labels
  }
}

extension CodeFileLayout {
  /// The parts that `files`, of this layout, are of one whole.
  ///
  /// Throws a `FileError` that names one if its tensors are not of the layout, or not its share.
  fileprivate func parts(_ files: [ArtifactFile]) throws -> [CodePart] {
    var parts: [CodePart] = []
    for file in files {
      let count = file.tensors.description(of: Self.labels)?.shape.first ?? 0
      guard isPossible, count.isMultiple(of: imagesPerPicture),
        tensors(count: count).allSatisfy({ file.tensors.description(of: $0.name) == $0 })
      else {
        throw FileError(
          file.path, "is damaged: its tensors are not those of its configuration",
          remedy: "extract the codes again")
      }
      let start = parts.last?.images.upperBound ?? 0
      parts.append(CodePart(tensors: file.tensors, images: start..<start + count))
    }
    let total = parts.last?.images.upperBound ?? 0
    for (index, part) in parts.enumerated() {
      guard let share = Shard(index + 1, of: parts.count).map({ self.share($0, of: total) }),
        part.images == share
      else {
        throw FileError(
          part.tensors.path,
          "has \(part.images.count) images, which is not its share of all \(total)",
          remedy: "extract the codes of all shards again, with the same flags")
      }
    }
    return parts
  }
}
