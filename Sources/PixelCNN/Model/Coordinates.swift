import Tensors

/// Where each pixel is: two channels that tell a convolution what its weights cannot.
public enum Coordinates {
  /// How many there are of each pixel.
  public static let channels = 2

  /// (row − height/2)/height and (column − width/2)/width, in -0.5..<0.5, of a position in raster order.
  static func pixel(at position: Int, height: Int, width: Int) -> (row: Float, column: Float) {
    (
      (Float(position / width) - Float(height) / 2) / Float(height),
      (Float(position % width) - Float(width) / 2) / Float(width)
    )
  }

  /// The coordinates of every pixel of a batch: [images, height, width, 2].
  public static func map(images: Int, height: Int, width: Int) -> Tensor {
    var elements: [Float] = []
    elements.reserveCapacity(images * height * width * channels)
    for _ in 0..<images {
      for position in 0..<height * width {
        let pixel = pixel(at: position, height: height, width: width)
        elements.append(pixel.row)
        elements.append(pixel.column)
      }
    }
    return Tensor(elements, shape: [images, height, width, channels])
  }
}
