import Images

/// A colour: red, green and blue, 0 to 255.
struct PlotColor {
  var red: UInt8
  var green: UInt8
  var blue: UInt8

  static let paper = PlotColor(red: 255, green: 255, blue: 255)
  static let ink = PlotColor(red: 40, green: 40, blue: 48)
  static let grid = PlotColor(red: 224, green: 224, blue: 228)
  /// Of the curves in their order; told apart by colour-blind eyes too.
  static let curves = [
    PlotColor(red: 0, green: 114, blue: 178), PlotColor(red: 213, green: 94, blue: 0),
    PlotColor(red: 120, green: 120, blue: 130),
  ]

  /// The colour thinned with paper: 1 is the colour itself, 0 is paper.
  func thinned(to strength: Double) -> PlotColor {
    func mix(_ value: UInt8) -> UInt8 { UInt8(255 - (255 - Double(value)) * strength) }
    return PlotColor(red: mix(red), green: mix(green), blue: mix(blue))
  }
}

/// A white picture to draw on, which forgives strokes beyond its edges.
struct PlotCanvas {
  let size: ImageSize
  private var bytes: [UInt8]

  init(size: ImageSize) {
    self.size = size
    bytes = [UInt8](repeating: 255, count: size.height * size.width * 3)
  }

  /// What was drawn.
  var image: Image { Image(shape: ImageShape(size: size, channels: 3), bytes: bytes) }

  mutating func setPixel(_ x: Int, _ y: Int, _ color: PlotColor) {
    guard (0..<size.width).contains(x), (0..<size.height).contains(y) else { return }
    let offset = (y * size.width + x) * 3
    bytes[offset] = color.red
    bytes[offset + 1] = color.green
    bytes[offset + 2] = color.blue
  }

  /// Colours a pixel so that what is there already shows through.
  mutating func tint(_ x: Int, _ y: Int, _ color: PlotColor) {
    guard (0..<size.width).contains(x), (0..<size.height).contains(y) else { return }
    let offset = (y * size.width + x) * 3
    for (channel, value) in [color.red, color.green, color.blue].enumerated() {
      bytes[offset + channel] = UInt8(Int(bytes[offset + channel]) * Int(value) / 255)
    }
  }

  /// Draws a straight line, two pixels thick if `isThick`.
  mutating func line(
    from start: (x: Double, y: Double), to end: (x: Double, y: Double), _ color: PlotColor,
    isThick: Bool = false
  ) {
    let steps = max(Int(max(abs(end.x - start.x), abs(end.y - start.y)).rounded(.up)), 1)
    for step in 0...steps {
      let t = Double(step) / Double(steps)
      let x = Int((start.x + (end.x - start.x) * t).rounded())
      let y = Int((start.y + (end.y - start.y) * t).rounded())
      setPixel(x, y, color)
      if isThick {
        setPixel(x + 1, y, color)
        setPixel(x, y + 1, color)
      }
    }
  }

  /// Writes text whose left upper corner is at (x, y); returns its width.
  @discardableResult
  mutating func text(_ text: String, x: Int, y: Int, _ color: PlotColor, scale: Int = 1) -> Int {
    for (index, character) in text.enumerated() {
      let left = x + index * BitmapFont.advance * scale
      for (column, bits) in BitmapFont.columns(of: character).enumerated() {
        for row in 0..<8 where bits >> UInt8(row) & 1 == 1 {
          for dy in 0..<scale {
            for dx in 0..<scale {
              setPixel(left + column * scale + dx, y + row * scale + dy, color)
            }
          }
        }
      }
    }
    return text.count * BitmapFont.advance * scale
  }
}
