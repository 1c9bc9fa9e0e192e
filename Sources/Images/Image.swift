/// Whether images are read with one channel or with three.
public enum ColorMode: String, CaseIterable, Sendable {
  /// One channel: luma.
  case grey
  /// Three channels: red, green, blue.
  case color

  /// The number of channels, 1 or 3.
  public var channels: Int { self == .grey ? 1 : 3 }
  /// As people say it: "grey" or "colour".
  public var spoken: String { self == .grey ? "grey" : "colour" }
}

/// The height and width of an image, in pixels.
public struct ImageSize: Hashable, Sendable, CustomStringConvertible {
  /// The number of rows, at least 1.
  public let height: Int
  /// The number of columns, at least 1.
  public let width: Int

  /// The most rows or columns an image may have.
  public static let maximumSide = 1 << 16
  /// The most pixels an image may have.
  public static let maximumPixels = 50_000_000

  /// A size of `height` rows and `width` columns, each at least 1.
  public init(height: Int, width: Int) {
    precondition(height > 0 && width > 0, "an image has at least one pixel")
    self.height = height
    self.width = width
  }

  /// A square of `side` by `side` pixels.
  public init(square side: Int) {
    self.init(height: side, width: side)
  }

  /// The size as people write it, width first: `640×480`.
  public var description: String { "\(width)×\(height)" }
}

extension ImageSize {
  /// The size a file announces, refused when it is empty or over the limits.
  init(announcedBy file: String, height: Int, width: Int) throws {
    guard height > 0, width > 0 else {
      throw ImageError(
        file, "announces an image of \(width)×\(height) pixels", remedy: "export it again")
    }
    let side = Self.maximumSide
    let pixels = Self.maximumPixels
    guard height <= side, width <= side, height * width <= pixels else {
      throw ImageError(
        file, "announces an image of \(width)×\(height) pixels",
        remedy: "the limits are \(side) pixels a side and \(pixels) in all: reduce it first")
    }
    self.init(height: height, width: width)
  }
}

/// The height, width and channels of an image.
public struct ImageShape: Hashable, Sendable {
  /// The number of rows and columns.
  public let size: ImageSize
  /// The number of channels, 1 (grey) or 3 (red, green, blue).
  public let channels: Int

  /// The shape of an image of `size` with 1 or 3 channels.
  public init(size: ImageSize, channels: Int) {
    precondition(channels == 1 || channels == 3, "an image has 1 or 3 channels")
    self.size = size
    self.channels = channels
  }

  /// The number of rows.
  public var height: Int { size.height }
  /// The number of columns.
  public var width: Int { size.width }
  /// Grey or colour.
  public var color: ColorMode { channels == 1 ? .grey : .color }
  /// Height, width and channels, as the configurations of files have them.
  public var dimensions: [Int] { [height, width, channels] }
  /// The number of bytes in an image of this shape, one for each channel of each pixel.
  public var byteCount: Int { size.height * size.width * channels }
}

/// An image of 8-bit sRGB samples, interleaved: `[height, width, channels]`.
public struct Image: Hashable, Sendable {
  /// The height, width and channels.
  public let shape: ImageShape
  /// The samples, row by row, channels innermost, each in 0...255.
  public private(set) var bytes: [UInt8]

  /// An image of `shape` holding `bytes`, of which there must be `shape.byteCount`.
  public init(shape: ImageShape, bytes: [UInt8]) {
    precondition(bytes.count == shape.byteCount, "an image's bytes match its shape")
    self.shape = shape
    self.bytes = bytes
  }

  /// The number of rows and columns.
  public var size: ImageSize { shape.size }
  /// The number of rows.
  public var height: Int { shape.height }
  /// The number of columns.
  public var width: Int { shape.width }
  /// The number of channels, 1 or 3.
  public var channels: Int { shape.channels }
}

extension Image {
  /// The image in grey or in colour; unchanged when it already is.
  ///
  /// Grey is the luma of Recommendation 709, of the samples as they are stored: a grey pixel of
  /// a colour image keeps its value. Colour is grey three times.
  public consuming func converted(to mode: ColorMode) -> Image {
    guard channels != mode.channels else { return self }
    let shape = ImageShape(size: size, channels: mode.channels)
    switch mode {
    case .grey:
      // In place: the image may fill a good part of memory.
      var bytes = self.bytes
      self.bytes = []
      for pixel in 0..<size.height * size.width {
        let (red, green, blue) = (bytes[3 * pixel], bytes[3 * pixel + 1], bytes[3 * pixel + 2])
        bytes[pixel] = luma(red, green, blue)
      }
      bytes.removeSubrange(shape.byteCount...)
      return Image(shape: shape, bytes: bytes)
    case .color:
      let bytes = [UInt8](unsafeUninitializedCapacity: shape.byteCount) { samples, count in
        for (pixel, value) in self.bytes.enumerated() {
          for channel in 0..<3 { samples.initializeElement(at: 3 * pixel + channel, to: value) }
        }
        count = shape.byteCount
      }
      return Image(shape: shape, bytes: bytes)
    }
  }
}

/// The luma of Recommendation 709 in 16-bit fixed point; the weights add up to exactly one.
private func luma(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
  let rounding: UInt32 = 1 << 15
  let sum: UInt32 = 13933 * UInt32(red) + 46871 * UInt32(green) + 4732 * UInt32(blue) + rounding
  return UInt8(sum >> 16)
}
