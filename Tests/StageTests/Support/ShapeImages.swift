import Foundation
import Images

/// The classes of the images the tests train on; in the order of their names, as labels are.
enum Shape: String, CaseIterable {
  case disc, ring, square

  static let names = allCases.map(\.rawValue)

  /// A grey image of the shape, light on dark; its place and size depend on `number`.
  func image(number: Int, side: Int = 16) -> Image {
    let radius = Double(3 + number % 4)
    let center = Double(side) / 2 + Double(number / 4 % 3) - 1
    let shape = ImageShape(size: ImageSize(square: side), channels: 1)
    let bytes = (0..<side * side).map { pixel in
      let (y, x) = (Double(pixel / side) - center, Double(pixel % side) - center)
      return contains(y: y, x: x, radius: radius) ? UInt8(200 + number % 50) : 20
    }
    return Image(shape: shape, bytes: bytes)
  }

  private func contains(y: Double, x: Double, radius: Double) -> Bool {
    let distance = (x * x + y * y).squareRoot()
    return switch self {
    case .disc: distance <= radius
    case .ring: distance <= radius && distance > radius - 2
    case .square: max(x.magnitude, y.magnitude) <= radius
    }
  }
}

extension TemporaryFolder {
  /// Writes `count` images of each shape: a sub-folder per shape, or all in one, unlabelled.
  func writeShapes(
    to name: String, count: Int, labelled: Bool = true, side: Int = 16
  ) throws {
    for shape in Shape.allCases {
      let prefix = labelled ? "\(name)/\(shape)/" : "\(name)/\(shape)-"
      for number in 0..<count {
        try write(
          Data(try shape.image(number: number, side: side).pngBytes()),
          to: "\(prefix)\(number).png")
      }
    }
  }
}
