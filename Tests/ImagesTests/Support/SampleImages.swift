import Images

/// A grey image whose every pixel has the same value.
func plainImage(_ value: UInt8, height: Int = 2, width: Int = 3) -> Image {
  let shape = ImageShape(size: ImageSize(height: height, width: width), channels: 1)
  return Image(shape: shape, bytes: [UInt8](repeating: value, count: shape.byteCount))
}

/// An image whose samples look random and are the same each time.
func noiseImage(height: Int, width: Int, channels: Int) -> Image {
  let shape = ImageShape(size: ImageSize(height: height, width: width), channels: channels)
  var state: UInt32 = 1
  let bytes = (0..<shape.byteCount).map { _ in
    state = state &* 1_664_525 &+ 1_013_904_223
    return UInt8(state >> 24)
  }
  return Image(shape: shape, bytes: bytes)
}
