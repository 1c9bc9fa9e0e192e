/// Numbered images of one shape, perhaps with classes; read in any order and from any thread.
public protocol ImageDataset: ImageSequence {
  /// Writes the image `index`, `[height, width, channels]`, to the start of `buffer`.
  ///
  /// The buffer has room for `shape.byteCount` bytes. Throws an `ImageError` naming the file.
  func readImage(at index: Int, into buffer: UnsafeMutableBufferPointer<UInt8>) throws

  /// The picture that the image `index` was made of, of any size, in grey or in colour as the images.
  ///
  /// Throws an `ImageError` naming the file.
  func picture(at index: Int) throws -> Image
}

extension ImageDataset {
  /// The image itself, where there is no more of it.
  public func picture(at index: Int) throws -> Image { try image(at: index) }

  /// The image `index`; throws an `ImageError` naming the file that cannot be read.
  public func image(at index: Int) throws -> Image {
    let bytes = try [UInt8](unsafeUninitializedCapacity: shape.byteCount) { buffer, count in
      buffer.initialize(repeating: 0)
      try readImage(at: index, into: buffer)
      count = shape.byteCount
    }
    return Image(shape: shape, bytes: bytes)
  }
}

/// Opens a folder of pictures, an IDX file, or a file of prepared images, in shards or not, as a dataset.
///
/// A folder's classes are its sub-folders, or what the table `labels` says; an IDX file's come from the IDX
/// file `labels`, and prepared images have their own. With a `size`, images are scaled to fill it and
/// cropped in the middle; without, all must be of one.
///
/// - Parameters:
///   - color: what images are read in; nil for colour, and for what prepared images are in.
///   - conditions: choose rows of the table, and with them images.
///   - toleratesBadImages: whether a folder is opened though images cannot be read; see
///     `readingErrors`.
///   - indexing: called now and then with the number of files listed so far.
/// - Throws: an `ImageError`, or of prepared images a `FileError`, that names the file or folder at fault.
public func openDataset(
  path: String, labels: String?, where conditions: [RowCondition] = [], size: ImageSize?,
  color: ColorMode?, toleratesBadImages: Bool = false, indexing: (Int) -> Void = { _ in }
) throws -> any ImageDataset {
  if FilePath(path).isFolder {
    return try ImageFolder(
      path, table: labels.map { try LabelTable($0, where: conditions) }, size: size,
      color: color ?? .color, toleratesBadImages: toleratesBadImages, indexing: indexing)
  }
  if try PreparedImages.areAt(path) {
    guard labels == nil else {
      throw ImageError(
        path, "has the labels of its images in itself", remedy: "leave out --labels")
    }
    return try PreparedImages(path, size: size, color: color)
  }
  guard try !isArchive(FilePath(path)) else {
    throw ImageError(
      path, "is an archive, which can only be read from its beginning to its end",
      remedy: "unpack it, or prepare its images first: prepare-images --images \(path)")
  }
  guard conditions.isEmpty else {
    throw ImageError(
      path, "is no folder, so its labels are no table whose rows could be chosen",
      remedy: "leave out --where")
  }
  return try IDXDataset(images: path, labels: labels, size: size, color: color ?? .color)
}

/// Opens an archive, or what `openDataset` opens, for images that are read once.
///
/// Parameters are those of `openDataset`; the labels of an archive are a table. Throws as it does.
public func openSequence(
  path: String, labels: String?, where conditions: [RowCondition] = [], size: ImageSize?,
  color: ColorMode?, toleratesBadImages: Bool = false, indexing: (Int) -> Void = { _ in }
) throws -> any ImageSequence {
  let place = FilePath(path)
  guard place.identity != nil, !place.isFolder, try isArchive(place) else {
    return try openDataset(
      path: path, labels: labels, where: conditions, size: size, color: color,
      toleratesBadImages: toleratesBadImages, indexing: indexing)
  }
  #if Archives
    return try ArchiveImages(
      path, table: labels.map { try LabelTable($0, where: conditions) }, size: size,
      color: color ?? .color, toleratesBadImages: toleratesBadImages, indexing: indexing)
  #else
    throw ImageError(
      path, "is an archive, which these programs were built without",
      remedy: "build them with the package's trait Archives, or unpack it")
  #endif
}
