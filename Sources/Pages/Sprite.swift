import Images

/// Many images of one shape in one, row by row.
public struct Sprite: Encodable {
  /// The width of one image.
  public let width: Int
  /// The height of one image.
  public let height: Int
  /// How many are in a row.
  public let columns: Int

  /// The layout of `count` images of a shape, about as many rows as columns.
  public init(shape: ImageShape, count: Int) {
    (width, height) = (shape.width, shape.height)
    columns = max(1, Int(Double(count).squareRoot().rounded(.up)))
  }

  /// All images in one, black where none is left.
  public func draw(_ images: [Image]) -> Image {
    let channels = images.first?.channels ?? 1
    let rows = max(1, (images.count + columns - 1) / columns)
    let stride = columns * width * channels
    var bytes = [UInt8](repeating: 0, count: rows * height * stride)
    for (index, image) in images.enumerated() {
      let (row, column) = (index / columns, index % columns)
      for y in 0..<height {
        let source = image.bytes[y * width * channels..<(y + 1) * width * channels]
        let start = (row * height + y) * stride + column * width * channels
        bytes.replaceSubrange(start..<start + source.count, with: source)
      }
    }
    return Image(
      shape: ImageShape(
        size: ImageSize(height: rows * height, width: columns * width), channels: channels),
      bytes: bytes)
  }
}
