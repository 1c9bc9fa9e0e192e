import PNGDecoder

extension Image {
  /// Reads a PNG that is in memory, in grey or in colour; errors call it `name`. Otherwise as from a file.
  public init(pngBytes bytes: [UInt8], name: String, color: ColorMode) throws {
    self = try decodePNG(bytes, file: name).converted(to: color)
  }
}

/// Decodes a whole PNG, not turned, of any colour type, bit depth and interlacing: grey as grey and colour
/// as colour.
///
/// 8-bit grey and RGB files are read byte for byte, 16-bit files are rounded, a file that declares
/// another gamma is converted. Transparency is blended into white, sample by sample as they are stored.
func decodePNG(_ bytes: [UInt8], file: String) throws -> Image {
  let size = try PNGHeader(bytes, file: file).size
  return try bytes.withUnsafeBufferPointer { input in
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
