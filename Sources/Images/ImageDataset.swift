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
///     `readableImages`.
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
  guard conditions.isEmpty else {
    throw ImageError(
      path, "is no folder, so its labels are no table whose rows could be chosen",
      remedy: "leave out --where")
  }
  return try IDXDataset(images: path, labels: labels, size: size, color: color ?? .color)
}
