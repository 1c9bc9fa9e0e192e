/// Which pixels of images of one size are known.
public struct KnownPixels: Sendable {
  /// The size of the images.
  public let size: ImageSize
  /// [height · width]
  private let isKnown: [Bool]
  /// Of each pixel the nearest known one; nil where none is known.
  private let nearest: [Int?]

  /// The upper rows: this fraction of all, rounded to whole rows; 0 to 1.
  public init(upperRows fraction: Double, of size: ImageSize) {
    let rows = Int((fraction * Double(size.height)).rounded())
    self.init((0..<size.height * size.width).map { $0 / size.width < rows }, size: size)
  }

  /// Those that are light in a grey mask, from mid-grey on.
  public init(lightIn mask: Image) {
    self.init(mask.bytes.map { $0 >= 128 }, size: mask.size)
  }

  private init(_ isKnown: [Bool], size: ImageSize) {
    precondition(isKnown.count == size.height * size.width, "a mask is grey")
    self.size = size
    self.isKnown = isKnown
    nearest = Self.nearest(to: isKnown, width: size.width)
  }

  /// Which cells are known of a grid over the image, whose rows and columns divide the image's: those all
  /// of whose pixels are. [height · width].
  public func cells(height: Int, width: Int) -> [Bool] {
    let (cellHeight, cellWidth) = (size.height / height, size.width / width)
    var cells = [Bool](repeating: true, count: height * width)
    for (pixel, isKnown) in isKnown.enumerated() where !isKnown {
      let (y, x) = (pixel / size.width, pixel % size.width)
      cells[y / cellHeight * width + x / cellWidth] = false
    }
    return cells
  }

  /// An image with mid-grey in the place of what is not known, for people to look at.
  public func blanking(_ image: Image) -> Image {
    image.replacingPixels { isKnown[$0] ? $0 : nil }
  }

  /// An image with the nearest known pixel in the place of each that is not, so that nothing of what is not
  /// known is left, and as little as can be of the edge between; mid-grey where nothing is known.
  public func filling(_ image: Image) -> Image {
    image.replacingPixels { nearest[$0] }
  }

  /// Of each pixel the nearest known one, by steps up, down, left and right.
  private static func nearest(to isKnown: [Bool], width: Int) -> [Int?] {
    var nearest: [Int?] = isKnown.enumerated().map { $1 ? $0 : nil }
    var front = isKnown.indices.filter { isKnown[$0] }
    while !front.isEmpty {
      var next: [Int] = []
      for pixel in front {
        let x = pixel % width
        let neighbors = [
          pixel - width, pixel + width, x > 0 ? pixel - 1 : -1, x < width - 1 ? pixel + 1 : -1,
        ]
        for neighbor in neighbors
        where nearest.indices.contains(neighbor) && nearest[neighbor] == nil {
          nearest[neighbor] = nearest[pixel]
          next.append(neighbor)
        }
      }
      front = next
    }
    return nearest
  }
}

extension Image {
  /// The image with the pixel that `source` names in the place of each, or mid-grey where it names none.
  fileprivate func replacingPixels(by source: (Int) -> Int?) -> Image {
    let pixels = (0..<height * width).flatMap { pixel in
      source(pixel).map { Array(bytes[$0 * channels..<($0 + 1) * channels]) }
        ?? [UInt8](repeating: 0x80, count: channels)
    }
    return Image(shape: shape, bytes: pixels)
  }
}
