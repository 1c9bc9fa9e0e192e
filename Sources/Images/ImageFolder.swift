/// A folder of PNGs; a sub-folder is a class, a flat folder is unlabelled.
///
/// Classes and files are sorted by the bytes of their names, so labels and numbers do not depend
/// on the machine. Images are decoded when read and not kept; the index takes some 10 bytes an
/// image more than the names. Hidden files are passed over.
public struct ImageFolder: ImageDataset {
  /// The largest folder whose images are all checked for their size when it is opened.
  ///
  /// The images of a larger one are checked as they are read.
  public static let largestCheckedCount = 10_000

  /// The shape all images have.
  public let shape: ImageShape
  private let index: FolderIndex
  private let color: ColorMode
  private let resizes: Bool

  /// Opens a folder of PNGs with at least one image.
  ///
  /// With a `size`, images are scaled to fill it and cropped in the middle; without, all must have
  /// the same. Throws an `ImageError` that names the folder or files at fault.
  public init(_ path: String, size: ImageSize?, color: ColorMode) throws {
    index = try FolderIndex(FilePath(path))
    self.color = color
    resizes = size != nil
    shape = ImageShape(
      size: try size ?? PNGHeader(of: InputFile(index.path(at: 0))).size,
      channels: color.channels)

    if !resizes && count <= Self.largestCheckedCount {
      for number in 0..<count {
        let file = try InputFile(index.path(at: number))
        try checkSize(PNGHeader(of: file).size, of: file)
      }
    }
  }

  /// The number of images.
  public var count: Int { index.count }
  /// The names of the sub-folders, sorted; empty when the folder is flat.
  public var classNames: [String] { index.classNames }
  /// The number of files passed over because their names do not end in `.png`.
  public var ignoredFileCount: Int { index.ignoredFileCount }

  /// The class of the image, in `0..<classNames.count`, or nil when the folder is flat.
  public func label(at index: Int) -> Int? {
    classNames.isEmpty ? nil : self.index.folder(of: index)
  }

  /// Decodes the image, `[height, width, channels]`, to the start of `buffer`.
  ///
  /// Throws an `ImageError` naming the file when it cannot be read or has another size.
  public func readImage(at index: Int, into buffer: UnsafeMutableBufferPointer<UInt8>) throws {
    let file = try InputFile(self.index.path(at: index))
    let image = try Image(png: file, color: color)
    if !resizes { try checkSize(image.size, of: file) }
    _ = buffer.update(fromContentsOf: image.resized(toFill: shape.size).bytes)
  }

  private func checkSize(_ size: ImageSize, of file: InputFile) throws {
    guard size != shape.size else { return }
    throw ImageError(
      file.name, "is \(size) pixels, \(index.path(at: 0)) is \(shape.size)",
      remedy: "give --size to bring all images to one size")
  }
}
