/// A picture as it lies in a file: PNG, JPEG or WebP, of animations the first frame.
///
/// What its EXIF block says of the camera's orientation is applied, so that every size and pixel here is
/// that of the upright picture. Colour profiles are ignored: samples are taken for sRGB.
struct EncodedImage {
  /// The size of the upright picture.
  let size: ImageSize
  private let bytes: [UInt8]
  private let file: String
  private let format: ImageFormat
  private let orientation: Orientation

  /// The picture in a file, of which only the header is understood yet.
  ///
  /// Throws an `ImageError` if the file cannot be read, is too long, is no picture or announces one beyond
  /// the limits of `ImageSize`.
  init(_ file: InputFile) throws {
    guard file.size <= Image.maximumFileSize else {
      throw ImageError(
        file.name, "is \(file.size) bytes long",
        remedy: "the limit for a picture is \(Image.maximumFileSize) bytes: reduce it first")
    }
    try self.init(file.read(upTo: file.size), name: file.name)
  }

  /// The picture in some bytes; errors call it `name`.
  init(_ bytes: [UInt8], name: String) throws {
    guard !bytes.isEmpty else {
      throw ImageError(name, "is empty", remedy: "copy or export it again")
    }
    guard let format = ImageFormat(bytes) else {
      throw ImageError(
        name, "is not a PNG, JPEG or WebP", remedy: "convert it to one of them or take it away")
    }
    let stored: ImageSize
    switch format {
    case .png:
      stored = try PNGHeader(bytes, file: name).size
      orientation = Orientation(exif: pngEXIF(bytes))
    case .jpeg:
      stored = try JPEGHeader(bytes, file: name).size
      orientation = Orientation(exif: JPEGHeader.exif(bytes))
    case .webP:
      stored = try webPSize(bytes, file: name)
      orientation = Orientation(exif: webPEXIF(bytes))
    }
    size = orientation.swapsSides ? stored.transposed : stored
    (self.bytes, self.file, self.format) = (bytes, name, format)
  }

  /// The upright picture. With a size to cover, a JPEG may come smaller than it is: at the smallest eighth
  /// of its size whose sides are no shorter than those.
  ///
  /// Throws an `ImageError` if the file is damaged or cut short.
  func decoded(color: ColorMode, covering target: ImageSize? = nil) throws -> Image {
    let image: Image
    switch format {
    case .png: image = try decodePNG(bytes, file: file)
    case .jpeg:
      let target = orientation.swapsSides ? target?.transposed : target
      image = try decodeJPEG(bytes, covering: target, file: file)
    case .webP: image = try decodeWebP(bytes, file: file)
    }
    return image.turnedUpright(from: orientation).converted(to: color)
  }
}

extension ImageSize {
  /// The size with rows and columns exchanged.
  var transposed: ImageSize { ImageSize(height: width, width: height) }
}

extension Image {
  /// The longest file of a picture that is read, in bytes.
  public static let maximumFileSize = 1 << 30

  /// Reads a PNG, JPEG or WebP, upright, in grey or in colour; of animations the first frame.
  ///
  /// Samples are taken for sRGB, whatever profile is with them; transparency is blended into white.
  /// - Parameter target: with it, a JPEG may come reduced, to sides no shorter than these.
  /// - Throws: an `ImageError` that names the file when it cannot be read, is no picture, is damaged or
  ///   cut short, or exceeds `ImageSize.maximumSide` or `ImageSize.maximumPixels`.
  public init(
    contentsOf path: String, color: ColorMode, covering target: ImageSize? = nil
  ) throws {
    self = try EncodedImage(InputFile(FilePath(path))).decoded(color: color, covering: target)
  }
}

/// Blends away the alpha that follows the `channels` of each pixel, in place.
func compositeOverWhite(_ samples: inout [UInt8], channels: Int) {
  let pixelCount = samples.count / (channels + 1)
  for pixel in 0..<pixelCount {
    let source = pixel * (channels + 1)
    let alpha = Int(samples[source + channels])
    for channel in 0..<channels {
      let blended = Int(samples[source + channel]) * alpha + 255 * (255 - alpha)
      samples[pixel * channels + channel] = UInt8((blended + 127) / 255)
    }
  }
  samples.removeSubrange((pixelCount * channels)...)
}
