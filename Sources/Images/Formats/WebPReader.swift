#if WebP
  import CWebP
#endif

/// The EXIF block of a WebP, if it has one.
func webPEXIF(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
  let signature = Array("Exif\0\0".utf8)
  var position = 12
  while position + 8 <= bytes.count {
    let length = littleEndian(bytes, at: position + 4, count: 4)
    guard length <= bytes.count - position - 8 else { return nil }
    let content = bytes[position + 8..<position + 8 + length]
    if bytes[position..<position + 4].elementsEqual("EXIF".utf8) {
      // Some writers keep what comes before the block in a JPEG.
      return content.starts(with: signature) ? content.dropFirst(signature.count) : content
    }
    position += 8 + length + length % 2
  }
  return nil
}

#if WebP
  /// The size a WebP announces: of an animation, that of its canvas.
  func webPSize(_ bytes: [UInt8], file: String) throws -> ImageSize {
    let features = try webPFeatures(bytes, file: file)
    return try ImageSize(
      announcedBy: file, height: Int(features.height), width: Int(features.width))
  }

  /// Decodes a whole WebP, not turned, of an animation the first frame; in colour.
  func decodeWebP(_ bytes: [UInt8], file: String) throws -> Image {
    let features = try webPFeatures(bytes, file: file)
    let size = try ImageSize(
      announcedBy: file, height: Int(features.height), width: Int(features.width))
    let isAnimated = features.has_animation != 0
    let channels = isAnimated || features.has_alpha != 0 ? 4 : 3
    let sampleCount = size.height * size.width * channels
    var samples = try [UInt8](unsafeUninitializedCapacity: sampleCount) { output, count in
      let isWhole =
        isAnimated
        ? copyFirstFrame(of: bytes, to: output)
        : decodeStill(bytes, to: output, width: size.width, channels: channels)
      guard isWhole else { throw damagedWebP(file) }
      count = sampleCount
    }
    if channels == 4 { compositeOverWhite(&samples, channels: 3) }
    return Image(shape: ImageShape(size: size, channels: 3), bytes: samples)
  }

  private func webPFeatures(_ bytes: [UInt8], file: String) throws -> WebPBitstreamFeatures {
    var features = WebPBitstreamFeatures()
    guard WebPGetFeatures(bytes, bytes.count, &features) == VP8_STATUS_OK else {
      throw damagedWebP(file)
    }
    return features
  }

  private func damagedWebP(_ file: String) -> ImageError {
    ImageError(file, "is a damaged WebP", remedy: "copy or export it again")
  }

  private func decodeStill(
    _ bytes: [UInt8], to output: UnsafeMutableBufferPointer<UInt8>, width: Int, channels: Int
  ) -> Bool {
    let stride = Int32(width * channels)
    let end =
      channels == 4
      ? WebPDecodeRGBAInto(bytes, bytes.count, output.baseAddress, output.count, stride)
      : WebPDecodeRGBInto(bytes, bytes.count, output.baseAddress, output.count, stride)
    return end != nil
  }

  /// Puts the first frame of an animation, on its canvas, into `output`: red, green, blue, alpha.
  private func copyFirstFrame(
    of bytes: [UInt8], to output: UnsafeMutableBufferPointer<UInt8>
  ) -> Bool {
    bytes.withUnsafeBufferPointer { bytes in
      var data = WebPData(bytes: bytes.baseAddress, size: bytes.count)
      guard let animation = WebPAnimDecoderNew(&data, nil) else { return false }
      defer { WebPAnimDecoderDelete(animation) }
      var canvas: UnsafeMutablePointer<UInt8>?
      var time: Int32 = 0
      guard WebPAnimDecoderGetNext(animation, &canvas, &time) != 0, let canvas else {
        return false
      }
      _ = output.update(
        fromContentsOf: UnsafeBufferPointer(start: canvas, count: output.count))
      return true
    }
  }
#else
  /// Refuses: there is no decoder.
  func webPSize(_ bytes: [UInt8], file: String) throws -> ImageSize {
    throw ImageError(
      file, "is a WebP, which these programs were built without",
      remedy: "build them with the package's trait WebP, or convert it to PNG")
  }

  /// Refuses: there is no decoder.
  func decodeWebP(_ bytes: [UInt8], file: String) throws -> Image {
    _ = try webPSize(bytes, file: file)
    preconditionFailure("there is no WebP without its decoder")
  }
#endif
