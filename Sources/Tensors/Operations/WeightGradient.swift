import Kernels

/// The derivative of the convolution of x in its weights, from the gradient of its output.
func weightGradient(
  _ x: Tensor, _ gradient: Tensor, like weights: Tensor, _ geometry: ConvolutionGeometry
) -> Tensor {
  geometry.countMultiplyAdds(input: x.shape, output: gradient.shape)
  return OperationClock.time(.products) { summedProducts(x, gradient, like: weights, geometry) }
}

/// The derivative in the weights, uncounted.
private func summedProducts(
  _ x: Tensor, _ gradient: Tensor, like weights: Tensor, _ geometry: ConvolutionGeometry
) -> Tensor {
  if let window = CausalWindow(geometry, input: x.shape, output: gradient.shape) {
    return window.weightGradient(x, gradient, like: weights)
  }
  return geometry.withKernelShape(input: x.shape, output: gradient.shape) { shape in
    let pair = ConvolvedPair(
      shape: shape.pointee, input: x.pointer, gradient: gradient.pointer)
    return kernel_winograd_is_faster(shape)
      ? filteringWeightGradient(pair, like: weights) : directWeightGradient(pair, like: weights)
  }
}

/// The input of a convolution and the gradient of its output, for some images.
struct ConvolvedPair {
  /// The convolution of these images.
  private(set) var shape: kernel_convolution
  /// [images, input height, input width, input channels]
  private(set) var input: UnsafePointer<Float>
  /// [images, output height, output width, output channels]
  private(set) var gradient: UnsafePointer<Float>

  /// The numbers of the images.
  var images: Range<Int> { 0..<Int(shape.images) }
  /// Pixels of an image's output.
  var pixels: Int { Int(shape.output_height) * Int(shape.output_width) }

  /// The part that is about some of the images.
  func of(_ images: Range<Int>) -> ConvolvedPair {
    let inputPixels = Int(shape.input_height) * Int(shape.input_width)
    var part = self
    part.shape.images = Int32(images.count)
    part.input += images.lowerBound * inputPixels * Int(shape.input_channels)
    part.gradient += images.lowerBound * pixels * Int(shape.output_channels)
    return part
  }
}

/// The sum over the pixels, each thread for its rows of the weights.
func directWeightGradient(_ pair: ConvolvedPair, like weights: Tensor) -> Tensor {
  let result = Tensor(uninitialized: weights.shape)
  let outputs = Int(pair.shape.output_channels)
  let limit = (pixelsToDivide + pair.pixels - 1) / pair.pixels
  ThreadPool.shared.split(weights.count / outputs) { rows in
    let sum = pairwiseSum(over: pair.images, dividingFrom: limit) { images in
      let part = pair.of(images)
      let sum = Tensor(zeros: [rows.count, outputs])
      withUnsafePointer(to: part.shape) { shape in
        kernel_convolution_weight_gradient(
          shape, part.input, part.gradient, sum.fresh - rows.lowerBound * outputs,
          rows.lowerBound, rows.upperBound)
      }
      return sum
    } add: {
      kernel_add_scaled(1, $1.pointer, $0.fresh, $0.count)
    }
    (result.fresh + rows.lowerBound * outputs).update(from: sum.pointer, count: sum.count)
  }
  return result
}
