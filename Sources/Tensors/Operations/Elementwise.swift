import Kernels

extension Tensor {
  /// Adds `scale` · `other`, element by element, in place; not recorded.
  public mutating func add(_ other: Tensor, scale: Float = 1) {
    precondition(count == other.count, "\(shape) and \(other.shape) cannot be added")
    withMutableElements { elements in
      guard let base = elements.baseAddress else { return }
      ThreadPool.shared.split(elements.count, grain: 16384) { range in
        kernel_add_scaled(
          scale, other.pointer + range.lowerBound, base + range.lowerBound, range.count)
      }
    }
  }

  /// Multiplies every element by `factor`, in place; not recorded.
  public mutating func scale(by factor: Float) {
    withMutableElements { elements in
      guard let base = elements.baseAddress else { return }
      ThreadPool.shared.split(elements.count, grain: 16384) { range in
        kernel_scale(factor, base + range.lowerBound, range.count)
      }
    }
  }

  /// The sum of two tensors of one shape.
  public static func + (left: Tensor, right: Tensor) -> Tensor {
    var sum = left.detached
    sum.add(right)
    return Tape.record(sum, from: [left, right]) { gradient in [gradient, gradient] }
  }

  /// Every element times `factor`.
  public static func * (factor: Float, tensor: Tensor) -> Tensor {
    var product = tensor.detached
    product.scale(by: factor)
    return Tape.record(product, from: [tensor]) { gradient in
      gradient.scale(by: factor)
      return [gradient]
    }
  }

  /// Adds row n of `vectors` [images, channels] to every pixel of image n.
  public func addingPerImage(_ vectors: Tensor) -> Tensor {
    precondition(
      vectors.rows == shape[0] && vectors.channels == channels, "one vector per image is needed")
    let pixels = rows / shape[0]
    let output = Tensor(uninitialized: shape)
    ThreadPool.shared.split(shape[0]) { images in
      for row in images.lowerBound * pixels..<images.upperBound * pixels {
        let source = pointer + row * channels
        let vector = vectors.pointer + row / pixels * channels
        let target = output.fresh + row * channels
        for c in 0..<channels { target[c] = source[c] + vector[c] }
      }
    }
    let vectorShape = vectors.shape
    return Tape.record(output, from: [self, vectors]) { gradient in
      let perImage = Tensor(uninitialized: vectorShape)
      let channels = gradient.channels
      ThreadPool.shared.split(vectorShape[0]) { images in
        for n in images {
          kernel_sum_rows(
            gradient.pointer + n * pixels * channels, pixels, Int32(channels),
            perImage.fresh + n * channels)
        }
      }
      return [gradient, perImage]
    }
  }

  /// The images for which `isKept` is true, and zeros in place of the others.
  public func keepingImages(where isKept: (Int) -> Bool) -> Tensor {
    let dropped = (0..<shape[0]).filter { !isKept($0) }
    var output = detached
    output.clearImages(dropped)
    return Tape.record(output, from: [self]) { gradient in
      gradient.clearImages(dropped)
      return [gradient]
    }
  }

  private mutating func clearImages(_ indices: [Int]) {
    let size = count / shape[0]
    withMutableElements { elements in
      for index in indices {
        elements[index * size..<(index + 1) * size].update(repeating: 0)
      }
    }
  }

  /// The mean over all pixels of each image: [images, height, width, channels] to [images, channels].
  public func meanOverPixels() -> Tensor {
    let (images, channels) = (shape[0], channels)
    let pixels = rows / images
    var output = Tensor(uninitialized: [images, channels])
    ThreadPool.shared.split(images) { range in
      for n in range {
        kernel_sum_rows(
          pointer + n * pixels * channels, pixels, Int32(channels), output.fresh + n * channels)
      }
    }
    output.scale(by: 1 / Float(pixels))
    let inputShape = shape
    return Tape.record(output, from: [self]) { gradient in
      let result = Tensor(uninitialized: inputShape)
      for row in 0..<result.rows {
        let source = gradient.pointer + row / pixels * channels
        for c in 0..<channels { result.fresh[row * channels + c] = source[c] / Float(pixels) }
      }
      return [result]
    }
  }

  /// The sum of all rows, a vector of `channels` elements; not recorded.
  func summedRows() -> Tensor {
    let parts = pairwiseSum(over: 0..<rows, dividingFrom: pixelsToDivide) {
      [$0]
    } add: {
      $0 += $1
    }
    let sums = parts.map { _ in Tensor(uninitialized: [channels]) }
    ThreadPool.shared.perform(parts.count) { index in
      kernel_sum_rows(
        pointer + parts[index].lowerBound * channels, parts[index].count, Int32(channels),
        sums[index].fresh)
    }
    var rest = sums[...]
    return pairwiseSum(over: 0..<rows, dividingFrom: pixelsToDivide) { _ in
      rest.removeFirst()
    } add: {
      kernel_add_scaled(1, $1.pointer, $0.fresh, channels)
    }
  }

  /// Σ x², in double precision.
  public func sumOfSquares() -> Double { kernel_sum_of_squares(pointer, count) }
}
