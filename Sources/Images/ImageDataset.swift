/// Numbered images of one shape, perhaps with classes; read from any thread.
public protocol ImageDataset: Sendable {
  /// The number of images, at least 1.
  var count: Int { get }
  /// The shape all images have.
  var shape: ImageShape { get }
  /// The names of the classes by label; empty when unlabelled.
  var classNames: [String] { get }

  /// The class of the image `index`, in `0..<classNames.count`; nil when unlabelled.
  func label(at index: Int) -> Int?

  /// What the image `index` is called among the others: its file, or its number.
  func name(at index: Int) -> String

  /// Writes the image `index`, `[height, width, channels]`, to the start of `buffer`.
  ///
  /// The buffer has room for `shape.byteCount` bytes. Throws an `ImageError` naming the file.
  func readImage(at index: Int, into buffer: UnsafeMutableBufferPointer<UInt8>) throws
}

extension ImageDataset {
  /// The number, where images have no names of their own.
  public func name(at index: Int) -> String { "image \(index)" }

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

/// Opens a folder of pictures or an IDX file as a dataset.
///
/// A folder's classes are its sub-folders; an IDX file's come from the IDX file `labels`. With a
/// `size`, images are scaled to fill it and cropped in the middle; without, all must be of one.
///
/// - Parameters:
///   - toleratesBadImages: whether a folder is opened though images cannot be read; see
///     `readableImages`.
///   - indexing: called now and then with the number of files listed so far.
/// - Throws: an `ImageError` that names the file or folder at fault.
public func openDataset(
  path: String, labels: String?, size: ImageSize?, color: ColorMode,
  toleratesBadImages: Bool = false, indexing: (Int) -> Void = { _ in }
) throws -> any ImageDataset {
  guard FilePath(path).isFolder else {
    return try IDXDataset(images: path, labels: labels, size: size, color: color)
  }
  guard labels == nil else {
    throw ImageError(
      path, "is a folder, whose classes are its sub-folders",
      remedy: "give no label file, or give the images as an IDX file")
  }
  return try ImageFolder(
    path, size: size, color: color, toleratesBadImages: toleratesBadImages, indexing: indexing)
}
