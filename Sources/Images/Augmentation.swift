import Foundation

/// Random changes that keep what an image shows: a window, a shift, a turn, a mirror.
///
/// What happens to an image is a pure function of the seed and its position in the data order.
/// What moves in from outside repeats the edge. Amounts are the most an image is changed by, either
/// way; zero leaves it as it is.
public struct Augmentation: Hashable, Sendable {
  /// The seed of all draws.
  public var seed: UInt64
  /// The largest shift along each axis, in whole pixels.
  public var shift: Int
  /// Whether half of the images are mirrored left to right.
  public var flipsHorizontally: Bool
  /// The largest rotation about the centre, in degrees.
  public var rotation: Double
  /// The largest change of scale, as a fraction below 1: with 0.1, a scale of 0.9 to 1.1.
  public var scaling: Double
  /// The largest shear, in columns per row.
  public var shear: Double
  /// To what part of its size, above 0 and at most 1, a picture is reduced before a random window is taken
  /// from it; nil for the middle of the picture, as large as possible.
  public var crop: ClosedRange<Double>?

  /// An augmentation that does what it is told and nothing else.
  public init(
    seed: UInt64, shift: Int = 0, flipsHorizontally: Bool = false, rotation: Double = 0,
    scaling: Double = 0, shear: Double = 0, crop: ClosedRange<Double>? = nil
  ) {
    precondition(shift >= 0 && rotation >= 0 && shear >= 0 && (0..<1).contains(scaling))
    precondition(crop.map { $0.lowerBound > 0 && $0.upperBound <= 1 } ?? true)
    self.seed = seed
    self.shift = shift
    self.flipsHorizontally = flipsHorizontally
    self.rotation = rotation
    self.scaling = scaling
    self.shear = shear
    self.crop = crop
  }

  /// Changes the image of `shape` in `pixels`, once it is cropped, as the image at `position` is to be
  /// changed.
  public func apply(
    to pixels: UnsafeMutableBufferPointer<UInt8>, shape: ImageShape, position: Int
  ) {
    guard movesPixels else { return }
    let source = Array(pixels.prefix(shape.byteCount))
    let map = drawMap(shape: shape, position: position)
    for y in 0..<shape.height {
      for x in 0..<shape.width {
        let (sourceX, sourceY) = map(x, y)
        let offset = (y * shape.width + x) * shape.channels
        interpolate(source, shape: shape, x: sourceX, y: sourceY) { channel, value in
          pixels[offset + channel] = value
        }
      }
    }
  }

  private var movesPixels: Bool {
    shift != 0 || flipsHorizontally || rotation != 0 || scaling != 0 || shear != 0
  }

  /// Draws the map from a pixel of the result to the place in the source it shows.
  private func drawMap(shape: ImageShape, position: Int) -> (Int, Int) -> (Double, Double) {
    var random = SplitMix64(seed: seed, counter: UInt64(position))
    let shiftX = Double(random.uniform(in: -shift...shift))
    let shiftY = Double(random.uniform(in: -shift...shift))
    let mirror: Double = flipsHorizontally && random.next() & 1 == 1 ? -1 : 1
    let angle = random.uniform(in: -rotation...rotation) * .pi / 180
    let scale = random.uniform(in: 1 - scaling...1 + scaling)
    let slope = random.uniform(in: -shear...shear)

    let (cosine, sine) = (cos(angle) / scale, sin(angle) / scale)
    let centerX = Double(shape.width - 1) / 2
    let centerY = Double(shape.height - 1) / 2
    return { x, y in
      let fromCenterX = (Double(x) - centerX) * mirror - shiftX
      let fromCenterY = Double(y) - centerY - shiftY
      let sheared = fromCenterX + slope * fromCenterY
      return (
        centerX + cosine * sheared - sine * fromCenterY,
        centerY + sine * sheared + cosine * fromCenterY
      )
    }
  }
}

/// Blends the four pixels around a place, those beyond the edge being the edge's.
private func interpolate(
  _ source: [UInt8], shape: ImageShape, x: Double, y: Double, store: (Int, UInt8) -> Void
) {
  let (left, right, weightX) = neighbours(of: x, below: shape.width)
  let (top, bottom, weightY) = neighbours(of: y, below: shape.height)
  for channel in 0..<shape.channels {
    func sample(_ row: Int, _ column: Int) -> Double {
      Double(source[(row * shape.width + column) * shape.channels + channel])
    }
    let above = sample(top, left) * (1 - weightX) + sample(top, right) * weightX
    let below = sample(bottom, left) * (1 - weightX) + sample(bottom, right) * weightX
    store(channel, UInt8((above * (1 - weightY) + below * weightY).rounded()))
  }
}

/// The two whole places around a coordinate held within `0..<limit`, and the second's weight.
private func neighbours(of coordinate: Double, below limit: Int) -> (Int, Int, Double) {
  let held = min(max(coordinate, 0), Double(limit - 1))
  let first = Int(held)
  return (first, min(first + 1, limit - 1), held - Double(first))
}
