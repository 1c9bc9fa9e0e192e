/// Images of one shape laid out in a grid, to be looked at together.
///
/// The tiles of a group fill rows from left to right; a group starts on a row of its own, set apart
/// by a wider gap. One group of two rows shows originals above their reconstructions; one group for
/// each class, a row for each class.
public struct ContactSheet: Sendable {
  /// What a coloured frame says about a tile.
  public enum Verdict: Sendable {
    /// A green frame.
    case accepted
    /// A red frame.
    case rejected
  }

  /// The most tiles in a row that are still looked at as one.
  public static let widest = 12
  /// The gap between tiles, and around them all, in pixels.
  public static let gap = 2
  /// The gap between groups, in pixels.
  public static let groupGap = 8
  /// The width of a verdict's frame, which each tile of the sheet has or leaves room for.
  public static let frame = 2

  private struct Tile {
    let image: Image
    let verdict: Verdict?
  }

  private let columns: Int
  private let zoom: Int
  private var groups: [[Tile]] = []

  /// An empty sheet of `columns` tiles a row, each pixel shown as `zoom` by `zoom` pixels.
  public init(columns: Int, zoom: Int = 1) {
    precondition(columns > 0 && zoom > 0, "a sheet has columns and shows its tiles")
    self.columns = columns
    self.zoom = zoom
  }

  /// How many tiles of a shape to show in a row, of so many images: no more than a screen has room for.
  public static func columns(showing shape: ImageShape, of count: Int) -> Int {
    min(widest, max(1, 2048 / shape.width), count)
  }

  /// Adds a group of images, all of the shape of those before; verdicts, if any, one for each.
  public mutating func addGroup(_ images: [Image], verdicts: [Verdict]? = nil) {
    precondition(!images.isEmpty, "a group has images")
    precondition(verdicts == nil || verdicts?.count == images.count, "a verdict for each image")
    let shape = groups.first?.first?.image.shape ?? images[0].shape
    precondition(images.allSatisfy { $0.shape == shape }, "all tiles have one shape")
    groups.append(
      images.enumerated().map { Tile(image: $1, verdict: verdicts?[$0]) })
  }

  /// Draws the sheet, of at least one group: grey when all tiles are grey without verdicts.
  public func render() -> Image {
    let tiles = groups.joined()
    guard let shape = tiles.first?.image.shape else {
      preconditionFailure("a sheet has at least one group")
    }
    let hasVerdicts = tiles.contains { $0.verdict != nil }
    let margin = hasVerdicts ? Self.frame : 0
    let cellHeight = shape.height * zoom + 2 * margin
    let cellWidth = shape.width * zoom + 2 * margin
    let rowCounts = groups.map { ($0.count + columns - 1) / columns }
    let rows = rowCounts.reduce(0, +)
    var canvas = Canvas(
      size: ImageSize(
        height: Self.gap + rows * (cellHeight + Self.gap)
          + (groups.count - 1) * (Self.groupGap - Self.gap),
        width: Self.gap + columns * (cellWidth + Self.gap)),
      channels: hasVerdicts ? 3 : shape.channels)

    var top = Self.gap
    for (group, rowCount) in zip(groups, rowCounts) {
      for (place, tile) in group.enumerated() {
        let y = top + place / columns * (cellHeight + Self.gap)
        let x = Self.gap + place % columns * (cellWidth + Self.gap)
        if let verdict = tile.verdict {
          canvas.fill(verdict.color, top: y, left: x, height: cellHeight, width: cellWidth)
        }
        canvas.draw(tile.image, zoom: zoom, top: y + margin, left: x + margin)
      }
      top += rowCount * (cellHeight + Self.gap) - Self.gap + Self.groupGap
    }
    return Image(shape: canvas.shape, bytes: canvas.bytes)
  }

  /// Draws the sheet and writes it as PNG; throws an `ImageError` when it cannot be written.
  public func write(to path: String) throws {
    try render().writePNG(to: path)
  }
}

extension ContactSheet.Verdict {
  fileprivate var color: [UInt8] {
    switch self {
    case .accepted: [0x2E, 0xA0, 0x43]
    case .rejected: [0xD1, 0x24, 0x2F]
    }
  }
}

/// The pixels of a sheet in the making, mid-grey where nothing is drawn.
private struct Canvas {
  let shape: ImageShape
  var bytes: [UInt8]

  init(size: ImageSize, channels: Int) {
    shape = ImageShape(size: size, channels: channels)
    bytes = [UInt8](repeating: 0x80, count: shape.byteCount)
  }

  mutating func fill(_ color: [UInt8], top: Int, left: Int, height: Int, width: Int) {
    for y in top..<top + height {
      for x in left..<left + width {
        let offset = (y * shape.width + x) * shape.channels
        for channel in 0..<shape.channels { bytes[offset + channel] = color[channel] }
      }
    }
  }

  mutating func draw(_ image: Image, zoom: Int, top: Int, left: Int) {
    for y in 0..<image.height * zoom {
      for x in 0..<image.width * zoom {
        let offset = ((top + y) * shape.width + left + x) * shape.channels
        let source = (y / zoom * image.width + x / zoom) * image.channels
        for channel in 0..<shape.channels {
          bytes[offset + channel] = image.bytes[source + min(channel, image.channels - 1)]
        }
      }
    }
  }
}
