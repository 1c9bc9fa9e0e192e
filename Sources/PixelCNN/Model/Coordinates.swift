import Tensors

/// Where each pixel is: two channels that tell a convolution what its weights cannot.
public enum Coordinates {
  /// How many there are of each pixel.
  public static let channels = 2

  /// (row − height/2)/height and (column − width/2)/width: [images, height, width, 2].
  public static func map(images: Int, height: Int, width: Int) -> Tensor {
    var elements: [Float] = []
    elements.reserveCapacity(images * height * width * channels)
    for _ in 0..<images {
      for row in 0..<height {
        for column in 0..<width {
          elements.append((Float(row) - Float(height) / 2) / Float(height))
          elements.append((Float(column) - Float(width) / 2) / Float(width))
        }
      }
    }
    return Tensor(elements, shape: [images, height, width, channels])
  }
}
