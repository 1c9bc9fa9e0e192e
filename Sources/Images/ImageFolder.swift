/// A folder of pictures. A sub-folder is the class of all that is in it, at any depth, unless a table says
/// the classes; a flat folder without a table is unlabelled.
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
  /// The image that says what size all have.
  private let referenceIndex: Int

  /// Opens a folder of pictures with at least one image.
  ///
  /// With a `size`, images are scaled to fill it and cropped in the middle; without, all must have
  /// the same: that of the first. Throws an `ImageError` that names the folder or files at fault.
  ///
  /// - Parameters:
  ///   - table: says the classes, and which pictures below the folder are meant.
  ///   - toleratesBadImages: leaves the search for bad images to whoever reads them.
  ///   - indexing: called now and then with the number of files listed so far.
  public init(
    _ path: String, table: LabelTable? = nil, size: ImageSize?, color: ColorMode,
    toleratesBadImages: Bool = false, indexing: (Int) -> Void = { _ in }
  ) throws {
    let folder = FilePath(path)
    let index =
      if let table {
        try FolderIndex(folder, table: table, indexing: indexing)
      } else {
        try FolderIndex(folder, indexing: indexing)
      }
    self.index = index
    self.color = color
    resizes = size != nil
    func sizeOfImage(_ number: Int) throws -> ImageSize {
      try EncodedImage(InputFile(index.path(at: number))).size
    }
    let first =
      toleratesBadImages
      ? (0..<index.count).first { (try? sizeOfImage($0)) != nil } ?? 0 : 0
    shape = ImageShape(size: try size ?? sizeOfImage(first), channels: color.channels)
    referenceIndex = first

    if !resizes && !toleratesBadImages && count <= Self.largestCheckedCount {
      for number in 0..<count {
        let file = try InputFile(index.path(at: number))
        try checkSize(EncodedImage(file).size, of: file)
      }
    }
  }

  /// The number of images.
  public var count: Int { index.count }
  /// The names of the sub-folders with pictures or of the table's classes, sorted; empty when the folder
  /// is unlabelled.
  public var classNames: [String] { index.classNames }
  /// The files of other kinds, the folders without a picture, and what a table leaves out.
  public var passedOver: [String] { index.passedOver }

  /// The class of the image, in `0..<classNames.count`, or nil when the folder is unlabelled.
  public func label(at index: Int) -> Int? { self.index.label(at: index) }

  /// The path of the image below the folder, with what is not UTF-8 replaced.
  public func name(at index: Int) -> String { self.index.name(at: index) }

  /// Decodes the image, `[height, width, channels]`, to the start of `buffer`.
  ///
  /// Throws an `ImageError` naming the file when it cannot be read or has another size.
  public func readImage(at index: Int, into buffer: UnsafeMutableBufferPointer<UInt8>) throws {
    let file = try InputFile(self.index.path(at: index))
    let encoded = try EncodedImage(file)
    if !resizes { try checkSize(encoded.size, of: file) }
    let image = try encoded.decoded(color: color, covering: resizes ? shape.size : nil)
    _ = buffer.update(fromContentsOf: image.resized(toFill: shape.size).bytes)
  }

  /// Decodes the whole picture, in grey or in colour; throws an `ImageError` naming the file.
  public func picture(at index: Int) throws -> Image {
    try EncodedImage(InputFile(self.index.path(at: index))).decoded(color: color)
  }

  private func checkSize(_ size: ImageSize, of file: InputFile) throws {
    guard size != shape.size else { return }
    throw ImageError(
      file.name, "is \(size) pixels, \(index.path(at: referenceIndex)) is \(shape.size)",
      remedy: "give --size to bring all images to one size")
  }
}
