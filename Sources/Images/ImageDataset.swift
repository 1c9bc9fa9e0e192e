/// Numbered images of one shape, perhaps with classes; read from any thread.
public protocol ImageDataset: Sendable {
  /// The number of images, at least 1.
  var count: Int { get }
  /// The shape all images have.
  var shape: ImageShape { get }
  /// The names of the classes by label; empty when unlabelled.
  var classNames: [String] { get }
  /// What lay beside the images and is not among them, in phrases for people: "12 .txt, 3 .gif".
  var passedOver: [String] { get }

  /// The class of the image `index`, in `0..<classNames.count`; nil when unlabelled.
  func label(at index: Int) -> Int?

  /// What the image `index` is called among the others: its file, or its number.
  func name(at index: Int) -> String

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
  /// Nothing, where only images can be.
  public var passedOver: [String] { [] }

  /// The number, where images have no names of their own.
  public func name(at index: Int) -> String { "image \(index)" }

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

/// Opens a folder of pictures or an IDX file as a dataset.
///
/// A folder's classes are its sub-folders, or what the table `labels` says; an IDX file's come from the IDX
/// file `labels`. With a `size`, images are scaled to fill it and cropped in the middle; without, all must
/// be of one.
///
/// - Parameters:
///   - conditions: choose rows of the table, and with them images.
///   - toleratesBadImages: whether a folder is opened though images cannot be read; see
///     `readableImages`.
///   - indexing: called now and then with the number of files listed so far.
/// - Throws: an `ImageError` that names the file or folder at fault.
public func openDataset(
  path: String, labels: String?, where conditions: [RowCondition] = [], size: ImageSize?,
  color: ColorMode, toleratesBadImages: Bool = false, indexing: (Int) -> Void = { _ in }
) throws -> any ImageDataset {
  if FilePath(path).isFolder {
    return try ImageFolder(
      path, table: labels.map { try LabelTable($0, where: conditions) }, size: size, color: color,
      toleratesBadImages: toleratesBadImages, indexing: indexing)
  }
  guard conditions.isEmpty else {
    throw ImageError(
      path, "is no folder, so its labels are no table whose rows could be chosen",
      remedy: "leave out --where")
  }
  return try IDXDataset(images: path, labels: labels, size: size, color: color)
}
