import Foundation
import Images
import Tensors

/// How well one image stands for another of the same shape.
public struct ImageQuality: Hashable, Sendable {
  /// The mean squared error of pixels in [0, 1].
  public let squaredError: Double
  /// The structural similarity of Wang et al., "Image quality assessment: from error visibility to
  /// structural similarity" (2004), at most 1: the mean over channels and over all places where the
  /// window lies inside the image. The window is a normal distribution of 11×11 pixels and deviation
  /// 1.5; in smaller images it has the largest odd side that fits.
  public let structuralSimilarity: Double

  /// Compares two images of the same shape.
  public init(of image: Image, to original: Image) {
    precondition(image.shape == original.shape, "the images have different shapes")
    let difference = zip(image.bytes, original.bytes).reduce(0.0) { sum, pair in
      let difference = (Double(pair.0) - Double(pair.1)) / 255
      return sum + difference * difference
    }
    squaredError = difference / Double(image.bytes.count)
    let channels = image.channels
    let similarities = (0..<channels).map { channel in
      similarity(image.plane(channel), original.plane(channel))
    }
    structuralSimilarity = similarities.reduce(0, +) / Double(channels)
  }

  /// The peak signal-to-noise ratio of a mean squared error of pixels in [0, 1], in decibels; nil
  /// without an error.
  public static func peakSignalToNoiseRatio(squaredError: Double) -> Double? {
    squaredError > 0 ? -10 * log10(squaredError) : nil
  }
}

/// One channel of an image, in [0, 1].
private struct Plane {
  var height: Int
  var width: Int
  var pixels: [Double]

  /// The weighted means of all windows inside the plane.
  func filtered(_ weights: [Double]) -> Plane {
    let (height, width) = (height - weights.count + 1, width - weights.count + 1)
    var rows = [Double](repeating: 0, count: self.height * width)
    for y in 0..<self.height {
      for (offset, weight) in weights.enumerated() {
        for x in 0..<width { rows[y * width + x] += weight * pixels[y * self.width + x + offset] }
      }
    }
    var result = [Double](repeating: 0, count: height * width)
    for y in 0..<height {
      for (offset, weight) in weights.enumerated() {
        for x in 0..<width { result[y * width + x] += weight * rows[(y + offset) * width + x] }
      }
    }
    return Plane(height: height, width: width, pixels: result)
  }

  static func * (left: Plane, right: Plane) -> Plane {
    Plane(
      height: left.height, width: left.width,
      pixels: zip(left.pixels, right.pixels).map { $0 * $1 })
  }
}

extension Image {
  fileprivate func plane(_ channel: Int) -> Plane {
    Plane(
      height: height, width: width,
      pixels: stride(from: channel, to: bytes.count, by: channels).map { Double(bytes[$0]) / 255 })
  }
}

/// (2 μx μy + C₁)(2 σxy + C₂) / ((μx² + μy² + C₁)(σx² + σy² + C₂)), the mean over all windows.
private func similarity(_ x: Plane, _ y: Plane) -> Double {
  let side = min(11, x.height, x.width)
  let weights = gaussian(side: side % 2 == 0 ? side - 1 : side, deviation: 1.5)
  let (meansX, meansY) = (x.filtered(weights).pixels, y.filtered(weights).pixels)
  let squaresX = (x * x).filtered(weights).pixels
  let squaresY = (y * y).filtered(weights).pixels
  let products = (x * y).filtered(weights).pixels
  let (c1, c2) = (0.01 * 0.01, 0.03 * 0.03)
  let sum = meansX.indices.reduce(0.0) { sum, i in
    let (mx, my) = (meansX[i], meansY[i])
    let luminance = (2 * mx * my + c1) / (mx * mx + my * my + c1)
    let structure =
      (2 * (products[i] - mx * my) + c2)
      / (squaresX[i] - mx * mx + squaresY[i] - my * my + c2)
    return sum + luminance * structure
  }
  return sum / Double(meansX.count)
}

private func gaussian(side: Int, deviation: Double) -> [Double] {
  let weights = (0..<side).map { index in
    let distance = Double(index - side / 2) / deviation
    return exp(-0.5 * distance * distance)
  }
  let sum = weights.reduce(0, +)
  return weights.map { $0 / sum }
}
