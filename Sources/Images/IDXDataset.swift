/// Images from an IDX file, with labels from another: the format MNIST comes in.
///
/// The file stays in memory; reading an image of its own shape is a copy.
public struct IDXDataset: ImageDataset {
  /// The number of images.
  public let count: Int
  /// The shape all images have.
  public let shape: ImageShape
  /// The labels as text, `"0"` to the largest; empty when unlabelled.
  public let classNames: [String]
  private let source: ImageShape
  private let color: ColorMode
  private let pixels: [UInt8]
  private let labels: [UInt8]

  /// Opens IDX files, gzipped or not.
  ///
  /// The images are bytes in three dimensions, `[images, height, width]`, or in four with 1 or 3
  /// channels last; the labels are bytes in one. With a `size`, images are scaled to fill it and
  /// cropped in the middle. Throws an `ImageError` that names the file at fault.
  public init(images path: String, labels labelPath: String?, size: ImageSize?, color: ColorMode)
    throws
  {
    let file = try IDXFile(path, ranks: [3, 4], purpose: "images")
    source = try Self.shape(of: file)
    self.color = color
    count = file.dimensions[0]
    shape = ImageShape(size: size ?? source.size, channels: color.channels)
    pixels = file.bytes

    guard let labelPath else {
      labels = []
      classNames = []
      return
    }
    let labelFile = try IDXFile(labelPath, ranks: [1], purpose: "labels")
    guard labelFile.bytes.count == count else {
      throw ImageError(
        labelFile.name,
        "holds \(labelFile.bytes.count) labels for the \(count) images of \(file.name)",
        remedy: "give the labels that belong to the images")
    }
    labels = labelFile.bytes
    classNames = (0...(labels.max() ?? 0)).map { String($0) }
  }

  /// The class of the image, or nil when unlabelled.
  public func label(at index: Int) -> Int? {
    labels.isEmpty ? nil : Int(labels[index])
  }

  /// Writes the image, `[height, width, channels]`, to the start of `buffer`.
  public func readImage(at index: Int, into buffer: UnsafeMutableBufferPointer<UInt8>) {
    if source == shape {
      _ = buffer.update(fromContentsOf: bytes(at: index))
    } else {
      _ = buffer.update(fromContentsOf: picture(at: index).resized(toFill: shape.size).bytes)
    }
  }

  /// The image as it is in the file, in grey or in colour.
  public func picture(at index: Int) -> Image {
    Image(shape: source, bytes: Array(bytes(at: index))).converted(to: color)
  }

  private func bytes(at index: Int) -> ArraySlice<UInt8> {
    pixels[index * source.byteCount..<(index + 1) * source.byteCount]
  }

  private static func shape(of file: IDXFile) throws -> ImageShape {
    let dimensions = file.dimensions
    guard dimensions[0] > 0 else {
      throw ImageError(file.name, "holds no image", remedy: "give a file with images")
    }
    let size = try ImageSize(announcedBy: file.name, height: dimensions[1], width: dimensions[2])
    let channels = dimensions.count == 4 ? dimensions[3] : 1
    guard channels == 1 || channels == 3 else {
      throw ImageError(
        file.name, "holds images of \(channels) channels", remedy: "give images of 1 or 3")
    }
    return ImageShape(size: size, channels: channels)
  }
}
