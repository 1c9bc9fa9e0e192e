import Foundation
import Images

/// A logistic distribution of bytes around a byte: each has the probability of the interval of half a
/// grey level to either side, the first and last that of all beyond.
public struct PixelDistribution {
  /// The distribution's scale, in grey levels.
  public let scale: Double
  /// −log₂ p(byte | mean): [means, bytes].
  private let table: [Double]

  /// The distribution with this mean absolute deviation, in grey levels; 2 log 2 times the scale.
  public init(absoluteError: Double) {
    // Below half a grey level all probability is at the mean itself, and errors would cost infinity.
    let scale = max(absoluteError / (2 * log(2)), 0.5)
    self.scale = scale
    table = (0..<256).flatMap { mean in
      (0..<256).map { byte in
        // Mirrored where needed, so that no tail is a difference of numbers next to 1.
        let isMirrored = byte > mean
        let (center, value) = isMirrored ? (255 - mean, 255 - byte) : (mean, byte)
        let upper = (Double(value - center) + 0.5) / scale
        let lower = (Double(value - center) - 0.5) / scale
        let below = value == 0 ? 0 : 1 / (1 + exp(-lower))
        // Only a mean at the edge reaches the other edge from here.
        let reached = value == 255 ? 1 : 1 / (1 + exp(-upper))
        return -log2(reached - below)
      }
    }
  }

  /// −log₂ of the probability of all bytes of an image around those of another of the same shape.
  public func bits(of image: Image, around mean: Image) -> Double {
    zip(image.bytes, mean.bytes).reduce(0) { $0 + table[Int($1.1) << 8 | Int($1.0)] }
  }
}
