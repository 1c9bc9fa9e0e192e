/// The codes of a data set, open for reading: for each level a tensor `[images, height, width]`.
///
/// Codes are read as they are asked for, so a file may be larger than memory.
public final class CodeFile: Sendable {
  /// The file and what it says of itself.
  public let file: ArtifactFile
  /// Levels, class names and image shape.
  public let layout: CodeFileLayout
  /// The number of images.
  public let count: Int

  /// The number of pictures, not counting their copies.
  public var pictureCount: Int { count / layout.imagesPerPicture }

  /// The levels, from the top down.
  public var levels: [CodeLevel] { layout.levels }

  /// Opens the file at `path` and checks everything but the values of its codes and labels.
  ///
  /// Throws a `FileError` if the file cannot be read, is damaged, or is not a code file whose
  /// tensors are those its configuration says.
  public init(path: String) throws {
    file = try ArtifactFile(path: path, kind: .codes)
    layout = try file.configuration(as: CodeFileLayout.self)
    let labels = file.tensors.description(of: CodeFileLayout.labels)
    count = labels?.shape.first ?? 0
    guard layout.isPossible, count.isMultiple(of: layout.imagesPerPicture),
      layout.tensors(count: count).allSatisfy({ file.tensors.description(of: $0.name) == $0 })
    else {
      throw FileError(
        path, "is damaged: its tensors are not those of its configuration",
        remedy: "extract the codes again")
    }
  }

  /// The level called `name`.
  ///
  /// Throws a `FileError` naming the levels there are if it is not one of them.
  public func level(_ name: String) throws -> CodeLevel {
    guard let level = levels.first(where: { $0.name == name }) else {
      let names = levels.map(\.name).joined(separator: ", ")
      throw FileError(file.path, "has no level '\(name)'", remedy: "pass one of: \(names)")
    }
    return level
  }

  /// The codes of some images at one level, `[images, height, width]` in row-major order.
  ///
  /// `images` must lie within `0..<count`. Throws a `FileError` if the file has no such level,
  /// cannot be read, or has a code outside the codebook.
  public func readCodes(level name: String, images: Range<Int>) throws -> [UInt16] {
    let level = try level(name)
    let perImage = level.codesPerImage
    let elements = images.lowerBound * perImage..<images.upperBound * perImage
    let codes = try file.tensors.readUInt16(name, elements: elements)
    if let (image, code) = layout.firstStray(in: codes, of: level) {
      throw FileError(
        file.path,
        "has code \(code) in level '\(name)' of image \(images.lowerBound + image), "
          + "beyond its codebook of \(level.codebookSize)", remedy: "extract the codes again")
    }
    return codes
  }

  /// The label of every image: an index into the class names, or -1 for none.
  ///
  /// Throws a `FileError` if the file cannot be read or has a label that is no class.
  public func readLabels() throws -> [Int32] {
    let labels = try file.tensors.readInt32(CodeFileLayout.labels)
    if let image = layout.firstStrayLabel(in: labels) {
      throw FileError(
        file.path,
        "has label \(labels[image]) for image \(image), beyond its \(layout.classNames.count) classes",
        remedy: "extract the codes again")
    }
    return labels
  }
}

/// Writes a code file as the codes come; it appears, atomically, when all images are in.
public final class CodeFileWriter {
  private let layout: CodeFileLayout
  private let writer: ArtifactWriter

  /// Starts a file of `count` images that will be at `path`.
  ///
  /// `vqvae` is the digest of the VQ-VAE the codes are of. Throws a `FileError` if nothing can be
  /// written there.
  public init(
    path: String, layout: CodeFileLayout, count: Int, vqvae: String, notes: [String: String] = [:]
  ) throws {
    precondition(layout.isPossible, "a code file cannot have this layout: \(layout)")
    self.layout = layout
    let metadata = try ArtifactMetadata(
      kind: .codes, configuration: layout, sources: [ArtifactKind.vqvae.rawValue: vqvae],
      notes: notes)
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
