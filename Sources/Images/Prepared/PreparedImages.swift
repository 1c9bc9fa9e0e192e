import Artifacts
import CZlib
import Foundation

/// Images that `ImagePreparation` has written, read and resized before, into one file or into shards.
///
/// What is said of the images is checked when they are opened, each image when it is read. They stay on
/// the disk; labels, names and checksums take little more than the names.
public struct PreparedImages: ImageDataset {
  /// The shape all images have.
  public let shape: ImageShape
  let layout: PreparedLayout
  private let stored: ImageShape
  private let color: ColorMode
  private let parts: [PreparedPart]
  private let labels: [Int32]
  private let names: NameList

  /// The number of images.
  public var count: Int { names.count }
  /// The names of the classes by label; empty when unlabelled.
  public var classNames: [String] { layout.classNames }

  /// Whether there is a file at `path` that begins like one of prepared images, or none but its shards.
  ///
  /// Throws an `ImageError` if the file cannot be read, a `FileError` if shards are missing.
  static func areAt(_ path: String) throws -> Bool {
    guard FilePath(path).identity != nil else { return try !Shard.paths(of: path).isEmpty }
    let start = try InputFile(FilePath(path)).read(upTo: 9)
    return start.count == 9 && start[8] == UInt8(ascii: "{")
  }

  /// Opens the file at `path`, or if it is not there all its shards.
  ///
  /// Images are scaled to fill `size` if there is one, and brought to `color`. Throws a `FileError` if a
  /// file cannot be read, is damaged, or is none of prepared images; or if shards are missing or do not
  /// belong together.
  public init(_ path: String, size: ImageSize? = nil, color: ColorMode? = nil) throws {
    if FilePath(path).identity == nil {
      try self.init(shards: Shard.paths(of: path), size: size, color: color)
    } else {
      let file = try ArtifactFile(path: path, kind: .images, unread: true)
      try self.init([file], file.configuration(as: PreparedLayout.self), size, color)
    }
  }

  /// Opens the files at `paths`, all shards of one file in the order of their numbers; throws as
  /// `init(_:size:color:)` does.
  public init(shards paths: [String], size: ImageSize? = nil, color: ColorMode? = nil) throws {
    let set = try ShardSet<PreparedLayout>(paths: paths, kind: .imagesShard, unread: true)
    try self.init(set.files, set.common, size, color)
  }

  private init(
    _ files: [ArtifactFile], _ layout: PreparedLayout, _ size: ImageSize?, _ color: ColorMode?
  ) throws {
    var (parts, labels, names) = ([PreparedPart](), [Int32](), [UInt8]())
    for file in files {
      let part = try PreparedPart(file, layout, start: parts.last?.images.upperBound ?? 0)
      if !layout.classNames.isEmpty {
        labels += try file.tensors.readInt32(PreparedLayout.labels)
      }
      names += try file.tensors.readUInt8(PreparedLayout.names)
      parts.append(part)
    }
    let count = parts.last?.images.upperBound ?? 0
    guard let stored = layout.shape, let list = NameList(terminated: names),
      PreparedIndex(labels: labels, names: names).digest == layout.index,
      labels.allSatisfy({ layout.classNames.indices.contains(Int($0)) }), count > 0,
      list.count == count
    else {
      throw FileError(
        files.first?.path ?? "", "is damaged: labels or names are not those of its images",
        remedy: "copy it again or prepare the images again")
    }
    (self.layout, self.parts, self.labels, self.names) = (layout, parts, labels, list)
    self.stored = stored
    self.color = color ?? stored.color
    shape = ImageShape(size: size ?? stored.size, channels: self.color.channels)
  }

  /// The class of the image, or nil when unlabelled.
  public func label(at index: Int) -> Int? { labels.isEmpty ? nil : Int(labels[index]) }

  /// What the image was called where it was read.
  public func name(at index: Int) -> String { names.text(at: index) }

  /// Writes the image, `[height, width, channels]`, to the start of `buffer`.
  ///
  /// Throws a `FileError` naming the file if it cannot be read or the image is damaged.
  public func readImage(at index: Int, into buffer: UnsafeMutableBufferPointer<UInt8>) throws {
    if stored == shape {
      try readStored(index, into: buffer)
    } else {
      let image = try picture(at: index).resized(toFill: shape.size)
      _ = buffer.update(fromContentsOf: image.bytes)
    }
  }

  /// The image as it is in the file, in grey or in colour; throws as `readImage(at:into:)` does.
  public func picture(at index: Int) throws -> Image {
    let bytes = try [UInt8](unsafeUninitializedCapacity: stored.byteCount) { buffer, count in
      try readStored(index, into: buffer)
      count = stored.byteCount
    }
    return Image(shape: stored, bytes: bytes).converted(to: color)
  }

  private func readStored(
    _ index: Int, into buffer: UnsafeMutableBufferPointer<UInt8>
  ) throws {
    guard let part = parts.first(where: { $0.images.contains(index) }) else {
      preconditionFailure("there is no image \(index)")
    }
    let bytes = UnsafeMutableBufferPointer(rebasing: buffer[..<stored.byteCount])
    guard try part.read(index, into: bytes) else {
      throw FileError(
        part.file.path, "is damaged in the image \(quoted(name(at: index)))",
        remedy: "copy it again or prepare the images again")
    }
  }
}

/// One of the files that prepared images are in.
private struct PreparedPart {
  let file: ArtifactFile
  /// Which of all images are in it.
  let images: Range<Int>
  private let checksums: [Int32]

  /// Throws a `FileError` unless the file has the tensors that its layout says.
  init(_ file: ArtifactFile, _ layout: PreparedLayout, start: Int) throws {
    let count = file.tensors.description(of: PreparedLayout.images)?.shape.first ?? 0
    let nameBytes = file.tensors.description(of: PreparedLayout.names)?.shape.first ?? 0
    guard
      layout.tensors(count: count, nameBytes: nameBytes)
        .allSatisfy({ file.tensors.description(of: $0.name) == $0 })
    else {
      throw FileError(
        file.path, "is damaged: its tensors are not those of its configuration",
        remedy: "prepare the images again")
    }
    self.file = file
    images = start..<start + count
    checksums = try file.tensors.readInt32(PreparedLayout.checksums)
  }

  /// Reads an image, one of `images`; false if it is damaged.
  func read(_ index: Int, into buffer: UnsafeMutableBufferPointer<UInt8>) throws -> Bool {
    let place = index - images.lowerBound
    try file.tensors.readBytes(
      PreparedLayout.images, from: place * buffer.count, into: buffer)
    return checksum(of: UnsafeBufferPointer(buffer)) == checksums[place]
  }
}

/// The CRC-32 of an image's bytes.
func checksum(of bytes: UnsafeBufferPointer<UInt8>) -> Int32 {
  Int32(truncatingIfNeeded: crc32(0, bytes.baseAddress, uInt(bytes.count)))
}
