import Tensors

extension Tensor {
  /// Images as networks see them: bytes 0…255 become -1…1, [images, height, width, channels].
  public init(imageBytes bytes: [UInt8], shape: ImageShape) {
    let images = bytes.count / max(shape.byteCount, 1)
    self.init(uninitialized: [images, shape.height, shape.width, shape.channels])
    withMutableElements { elements in
      for (index, byte) in bytes.enumerated() { elements[index] = Float(byte) / 127.5 - 1 }
    }
  }

  /// The images a network made: -1…1 becomes 0…255, rounded and clamped; what is no number is black.
  public func images() -> [Image] {
    precondition(shape.count == 4, "images are [images, height, width, channels]")
    let imageShape = ImageShape(
      size: ImageSize(height: shape[1], width: shape[2]), channels: shape[3])
    return (0..<shape[0]).map { index in
      let pixels = buffer[index * imageShape.byteCount..<(index + 1) * imageShape.byteCount]
      return Image(
        shape: imageShape,
        bytes: pixels.map { UInt8(byteValue(of: $0)) })
    }
  }
}

extension Tensor {
  /// The values the pixels would have after a trip through `images()`: -1…1 in 255 steps.
  public func roundedToBytes() -> Tensor {
    var result = detached
    result.withMutableElements { elements in
      for index in elements.indices {
        elements[index] = byteValue(of: elements[index]) / 127.5 - 1
      }
    }
    return result
  }
}

/// The whole number from 0 to 255 that stands for a value; 0 for what is no number.
private func byteValue(of value: Float) -> Float {
  // Of a NaN and a number, the maximum is the first argument.
  max(0, min(((value + 1) * 127.5).rounded(), 255))
}

extension Batch {
  /// The batch as networks see it: -1…1, [images, height, width, channels].
  public func tensor(of shape: ImageShape) -> Tensor { Tensor(imageBytes: pixels, shape: shape) }

  /// The images one by one.
  public func images(of shape: ImageShape) -> [Image] {
    (0..<count).map { index in
      Image(
        shape: shape,
        bytes: Array(pixels[index * shape.byteCount..<(index + 1) * shape.byteCount]))
    }
  }
}
