import PNGDecoder

extension Image {
  /// The longest PNG file that is read, in bytes: more than any image within the limits needs.
  public static let maximumPNGFileSize = 1 << 30

  /// Reads a PNG of any colour type, bit depth and interlacing, in grey or in colour.
  ///
  /// Samples are sRGB: 8-bit grey and RGB files are read byte for byte, 16-bit files are rounded,
  /// a file that declares another gamma is converted. Transparency is blended into white, sample by
  /// sample as they are stored.
  /// Throws an `ImageError` that names the file when it cannot be read, is not a PNG, is damaged or
  /// cut short, or exceeds `ImageSize.maximumSide` or `ImageSize.maximumPixels`.
  public init(png path: String, color: ColorMode) throws {
    self = try Image(png: InputFile(FilePath(path)), color: color)
  }

  /// Reads a PNG that is in memory; errors call it `name`. Otherwise as from a file.
  public init(pngBytes bytes: [UInt8], name: String, color: ColorMode) throws {
    let header = try PNGHeader(bytes, file: name)
    self = try decode(bytes, size: header.size, file: name).converted(to: color)
  }

  init(png file: InputFile, color: ColorMode) throws {
    guard file.size <= Self.maximumPNGFileSize else {
      throw ImageError(
        file.name, "is \(file.size) bytes long",
        remedy: "the limit for a PNG is \(Self.maximumPNGFileSize) bytes: reduce it first")
    }
    self = try Image(pngBytes: file.read(upTo: file.size), name: file.name, color: color)
  }
}

/// Decodes a whole PNG, grey as grey and colour as colour.
private func decode(_ bytes: [UInt8], size: ImageSize, file: String) throws -> Image {
  try bytes.withUnsafeBufferPointer { input in
    guard let decoder = png_decoder_create(input.baseAddress, input.count) else {
      throw ImageError(file, "cannot be decoded: no memory", remedy: "free some and retry")
    }
    defer { png_decoder_free(decoder) }
    func failure() -> ImageError {
      let reason = String(cString: png_decoder_message(decoder))
      return ImageError(
        file, "is a damaged PNG (\(reason))", remedy: "copy or export it again")
    }

    var (height, width, channels) = (UInt32(0), UInt32(0), Int32(0))
    guard png_decoder_read_header(decoder, &height, &width, &channels),
      height == size.height, width == size.width
    else { throw failure() }
    let sampleCount = size.height * size.width * Int(channels)
    var samples = try [UInt8](unsafeUninitializedCapacity: sampleCount) { output, count in
      guard png_decoder_read_samples(decoder, output.baseAddress) else { throw failure() }
      count = sampleCount
    }
    let shape = ImageShape(size: size, channels: channels < 3 ? 1 : 3)
    if channels > shape.channels { compositeOverWhite(&samples, channels: shape.channels) }
    return Image(shape: shape, bytes: samples)
  }
}

/// Blends away the alpha that follows the `channels` of each pixel, in place.
private func compositeOverWhite(_ samples: inout [UInt8], channels: Int) {
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
