#if JPEG
  import JPEGDecoder
#endif

/// The segments of a JPEG in front of its pixels.
struct JPEGHeader {
  let size: ImageSize

  /// Finds the frame header of `file`; refuses what is cut short before it, or too large.
  init(_ bytes: [UInt8], file: String) throws {
    var found: ImageSize?
    try Self.forEachSegment(of: bytes) { marker, content in
      guard Self.isFrame(marker), content.count >= 5 else { return true }
      let start = content.startIndex
      found = try ImageSize(
        announcedBy: file, height: bigEndian(bytes, at: start + 1, count: 2),
        width: bigEndian(bytes, at: start + 3, count: 2))
      return false
    }
    guard let found else {
      throw ImageError(file, "is a JPEG without an image", remedy: "copy or export it again")
    }
    size = found
  }

  /// The EXIF block of a JPEG, if it has one.
  static func exif(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
    let signature = Array("Exif\0\0".utf8)
    var block: ArraySlice<UInt8>?
    forEachSegment(of: bytes) { marker, content in
      guard marker == 0xE1, content.starts(with: signature) else { return true }
      block = content.dropFirst(signature.count)
      return false
    }
    return block
  }

  /// A frame of any kind of coding; between them lie three markers that are none.
  private static func isFrame(_ marker: UInt8) -> Bool {
    (0xC0...0xCF).contains(marker) && ![0xC4, 0xC8, 0xCC].contains(marker)
  }

  /// Calls `visit` with each segment's marker and content, up to the first scan, until it returns false.
  private static func forEachSegment(
    of bytes: [UInt8], _ visit: (UInt8, ArraySlice<UInt8>) throws -> Bool
  ) rethrows {
    var position = 2
    while position + 4 <= bytes.count {
      guard bytes[position] == 0xFF else {
        // Bytes between segments, which readers pass over.
        position += 1
        continue
      }
      let marker = bytes[position + 1]
      switch marker {
      case 0xFF: position += 1
      case 0x00, 0x01, 0xD0...0xD8: position += 2
      case 0xD9, 0xDA: return
      default:
        let length = bigEndian(bytes, at: position + 2, count: 2)
        guard length >= 2, position + 2 + length <= bytes.count else { return }
        guard try visit(marker, bytes[position + 4..<position + 2 + length]) else { return }
        position += 2 + length
      }
    }
  }
}

#if JPEG
  /// Decodes a whole JPEG, not turned: grey as grey, everything else in colour. With a size to cover it
  /// comes at the smallest eighth of its size whose sides are no shorter than those.
  func decodeJPEG(_ bytes: [UInt8], covering target: ImageSize?, file: String) throws -> Image {
    try bytes.withUnsafeBufferPointer { input in
      guard let decoder = jpeg_decoder_create(input.baseAddress, input.count) else {
        throw ImageError(file, "cannot be decoded: no memory", remedy: "free some and retry")
      }
      defer { jpeg_decoder_free(decoder) }
      func failure() -> ImageError {
        ImageError(
          file, "is a damaged JPEG (\(String(cString: jpeg_decoder_message(decoder))))",
          remedy: "copy or export it again")
      }

      var (height, width, channels) = (UInt32(0), UInt32(0), Int32(0))
      var isInverted = false
      guard jpeg_decoder_read_header(decoder, &height, &width) else { throw failure() }
      let full = try ImageSize(announcedBy: file, height: Int(height), width: Int(width))
      guard
        jpeg_decoder_start(
          decoder, eighths(of: full, covering: target), &height, &width, &channels, &isInverted)
      else { throw failure() }
      let size = ImageSize(height: Int(height), width: Int(width))
      let sampleCount = size.height * size.width * Int(channels)
      var samples = try [UInt8](unsafeUninitializedCapacity: sampleCount) { output, count in
        guard jpeg_decoder_read_samples(decoder, output.baseAddress) else { throw failure() }
        count = sampleCount
      }
      if channels == 4 { mixInks(&samples, isInverted: isInverted) }
      return Image(
        shape: ImageShape(size: size, channels: channels == 1 ? 1 : 3), bytes: samples)
    }
  }

  private func eighths(of full: ImageSize, covering target: ImageSize?) -> Int32 {
    guard let target else { return 8 }
    let enough = (1...8).first {
      (full.height * $0 + 7) / 8 >= target.height && (full.width * $0 + 7) / 8 >= target.width
    }
    return Int32(enough ?? 8)
  }

  /// Cyan, magenta, yellow and black to red, green and blue, in place.
  private func mixInks(_ samples: inout [UInt8], isInverted: Bool) {
    let pixelCount = samples.count / 4
    for pixel in 0..<pixelCount {
      func light(_ index: Int) -> Int {
        let ink = Int(samples[4 * pixel + index])
        return isInverted ? ink : 255 - ink
      }
      let black = light(3)
      let mixed = (0..<3).map { UInt8((light($0) * black + 127) / 255) }
      for channel in 0..<3 { samples[3 * pixel + channel] = mixed[channel] }
    }
    samples.removeSubrange((3 * pixelCount)...)
  }
#else
  /// Refuses: there is no decoder.
  func decodeJPEG(_ bytes: [UInt8], covering target: ImageSize?, file: String) throws -> Image {
    throw ImageError(
      file, "is a JPEG, which these programs were built without",
      remedy: "build them with the package's trait JPEG, or convert it to PNG")
  }
#endif
