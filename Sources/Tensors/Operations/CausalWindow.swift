import Kernels

/// A causal window in two parts: the rows above, whose taps are a rectangle, by minimal filtering along
/// rows; and the pixels to the left, directly.
struct CausalWindow {
  private let above: ConvolutionGeometry
  private let left: ConvolutionGeometry
  private var tapCount: Int { above.taps.count + left.taps.count }

  /// The window of a convolution from `input` to `output`, both NHWC; nil where its taps are no such
  /// window, or its shape is computed sooner as a whole.
  init?(_ geometry: ConvolutionGeometry, input: [Int], output: [Int]) {
    let offsets = geometry.taps.offsets
    let above = offsets.prefix { $0.row < 0 }
    let left = offsets.dropFirst(above.count)
    // In bfloat16 the direct form saves more.
    guard geometry.arithmetic == .float32, geometry.stride == 1, !above.isEmpty, !left.isEmpty,
      left.allSatisfy({ $0.row == 0 })
    else { return nil }
    self.above = ConvolutionGeometry(taps: Taps(offsets: Array(above)))
    self.left = ConvolutionGeometry(taps: Taps(offsets: Array(left)))
    let isFaster = self.above.withKernelShape(input: input, output: output) {
      kernel_row_filtering_is_faster($0)
    }
    guard isFaster else { return nil }
  }

  /// The convolution of x to y, as `Tensor.convolved`.
  func convolve(
    _ x: Tensor, _ weights: Tensor, _ bias: Tensor?, _ addend: Tensor?, _ activation: Activation,
    to y: Tensor
  ) {
    let packedLeft = PackedWeights(weights, taps: above.taps.count..<tapCount, of: tapCount)
    left.withKernelShape(input: x.shape, output: y.shape) { shape in
      ThreadPool.shared.split(y.rows, grain: 24) { pixels in
        kernel_convolve(
          shape, x.pointer, packedLeft.pointer, bias?.pointer, addend?.pointer, KERNEL_IDENTITY,
          y.fresh, pixels.lowerBound, pixels.upperBound)
      }
    }
    let packedAbove = PackedWeights(weights, taps: 0..<above.taps.count, of: tapCount)
    above.withKernelShape(input: x.shape, output: y.shape) { shape in
      let transformed = RowFilteringWeights(packedAbove, transposed: false, shape)
      splitRows(of: shape) { rows, scratch in
        kernel_row_filtering_convolve(
          shape, x.pointer, transformed.pointer, nil, y.pointer, activation.kernel, y.fresh,
          scratch, rows.lowerBound, rows.upperBound)
      }
    }
  }

  /// The adjoint in the input, from the gradient of y to x.
  func convolveTransposed(
    _ gradient: Tensor, _ weights: Tensor, _ bias: Tensor?, _ activation: Activation, to x: Tensor
  ) {
    let packedLeft = PackedWeights(
      transposing: weights, taps: above.taps.count..<tapCount, of: tapCount)
    left.withKernelShape(input: x.shape, output: gradient.shape) { shape in
      ThreadPool.shared.split(x.shape[0] * x.shape[1]) { rows in
        kernel_convolve_transposed(
          shape, gradient.pointer, packedLeft.pointer, bias?.pointer, KERNEL_IDENTITY, x.fresh,
          rows.lowerBound, rows.upperBound)
      }
    }
    let packedAbove = PackedWeights(
      transposing: weights, taps: 0..<above.taps.count, of: tapCount)
    above.withKernelShape(input: x.shape, output: gradient.shape) { shape in
      let transformed = RowFilteringWeights(packedAbove, transposed: true, shape)
      splitRows(of: shape) { rows, scratch in
        kernel_row_filtering_convolve_transposed(
          shape, gradient.pointer, transformed.pointer, nil, x.pointer, activation.kernel, x.fresh,
          scratch, rows.lowerBound, rows.upperBound)
      }
    }
  }

  /// The derivative in the weights, as `weightGradient`.
  func weightGradient(_ x: Tensor, _ gradient: Tensor, like weights: Tensor) -> Tensor {
    let countPerTap = x.channels * gradient.channels
    func part(
      _ geometry: ConvolutionGeometry, _ derivative: (ConvolvedPair, Tensor) -> Tensor
    ) -> Tensor {
      geometry.withKernelShape(input: x.shape, output: gradient.shape) { shape in
        let pair = ConvolvedPair(
          shape: shape.pointee, input: x.pointer, gradient: gradient.pointer)
        return derivative(
          pair,
          Tensor(uninitialized: [geometry.taps.count, x.channels, gradient.channels]))
      }
    }
    let parts = [
      part(above, rowFilteringWeightGradient), part(left) { directWeightGradient($0, like: $1) },
    ]
    let result = Tensor(uninitialized: weights.shape)
    result.fresh.update(from: parts[0].pointer, count: parts[0].count)
    (result.fresh + above.taps.count * countPerTap).update(
      from: parts[1].pointer, count: parts[1].count)
    return result
  }
}

/// Convolution weights at the points of minimal filtering along rows, in the order the kernels read them.
private struct RowFilteringWeights {
  private let storage: Storage

  /// The weights of the convolution of `shape`, or of its adjoint, from the packed ones of either.
  init(_ packed: PackedWeights, transposed: Bool, _ shape: UnsafePointer<kernel_convolution>) {
    let storage = workspace(kernel_row_filtering_weights_count(shape, transposed))
    ThreadPool.shared.split(packed.countPerTap, grain: 1024) { part in
      kernel_row_filtering_transform_weights(
        shape, packed.pointer, transposed, storage.elements, part.lowerBound, part.upperBound)
    }
    self.storage = storage
  }

  /// The weights for kernels, valid while this value is.
  var pointer: UnsafePointer<Float> { UnsafePointer(storage.elements) }
}

/// Calls `body` with each thread's rows of a convolution, and with scratch for them.
private func splitRows(
  of shape: UnsafePointer<kernel_convolution>,
  _ body: (_ rows: Range<Int>, _ scratch: UnsafeMutablePointer<Float>) -> Void
) {
  ThreadPool.shared.split(Int(shape.pointee.images) * Int(shape.pointee.output_height)) { rows in
    let scratch = Storage(count: max(kernel_row_filtering_scratch_count(shape), 1 << 17))
    withExtendedLifetime(scratch) { body(rows, scratch.elements) }
  }
}

/// The derivative in the weights of the rows above, in a tensor like `weights`.
private func rowFilteringWeightGradient(_ pair: ConvolvedPair, like weights: Tensor) -> Tensor {
  let limit = (pixelsToDivide + pair.pixels - 1) / pair.pixels
  return pairwiseSum(over: pair.images, dividingFrom: limit) {
    undividedWeightGradient(pair.of($0), like: weights)
  } add: {
    $0.add($1)
  }
}

/// Sums at the points, a chunk of rows after the other, and back from there. Chunks depend on the shape
/// alone.
private func undividedWeightGradient(_ pair: ConvolvedPair, like weights: Tensor) -> Tensor {
  withUnsafePointer(to: pair.shape) { shape in
    let productRows = kernel_row_filtering_product_rows(shape)
    let chunkCount = kernel_row_filtering_chunk_count(shape)
    let storage = workspace(chunkCount + productRows * Int(pair.shape.output_channels))
    let (chunk, products) = (storage.elements, storage.elements + chunkCount)
    let rows = pair.images.count * Int(pair.shape.output_height)
    let chunkRows = Int(kernel_row_filtering_chunk_rows(shape))
    for first in stride(from: 0, to: rows, by: chunkRows) {
      let count = min(chunkRows, rows - first)
      ThreadPool.shared.split(count) { part in
        kernel_row_filtering_transform_chunk(
          shape, pair.input, pair.gradient, first, Int32(count), chunk, Int32(part.lowerBound),
          Int32(part.upperBound))
      }
      ThreadPool.shared.split(productRows) { part in
        kernel_row_filtering_multiply_chunk(
          shape, chunk, first, Int32(count), first == 0, products, part.lowerBound,
          part.upperBound)
      }
    }
    let result = Tensor(uninitialized: weights.shape)
    let countPerTap = Int(pair.shape.input_channels) * Int(pair.shape.output_channels)
    ThreadPool.shared.split(countPerTap, grain: 1024) { part in
      kernel_row_filtering_weight_gradient(
        shape, products, result.fresh, part.lowerBound, part.upperBound)
    }
    return withExtendedLifetime(storage) { result }
  }
}
