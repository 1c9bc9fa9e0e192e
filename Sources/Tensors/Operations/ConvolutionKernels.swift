import Kernels

// A convolution and its adjoint in the input, on all threads, each in the form that the kernels say is
// faster for the shape. Where weights are kept, so is what is made of them.

/// The convolution of x, [images, height, width, input channels], with bias, addend and activation.
func convolve(
  _ x: Tensor, _ weights: Tensor, _ bias: Tensor?, _ addend: Tensor?, _ activation: Activation,
  to outputShape: [Int], _ geometry: ConvolutionGeometry, keepsWeights: Bool = false
) -> Tensor {
  geometry.countMultiplyAdds(input: x.shape, output: outputShape)
  return OperationClock.time(.products) {
    filter(
      x, weights, bias, addend, activation, to: outputShape, geometry, keepsWeights: keepsWeights)
  }
}

/// The convolution, uncounted.
private func filter(
  _ x: Tensor, _ weights: Tensor, _ bias: Tensor?, _ addend: Tensor?, _ activation: Activation,
  to outputShape: [Int], _ geometry: ConvolutionGeometry, keepsWeights: Bool
) -> Tensor {
  let y = Tensor(uninitialized: outputShape)
  if let window = CausalWindow(geometry, input: x.shape, output: outputShape) {
    window.convolve(x, weights, bias, addend, activation, to: y)
    return y
  }
  let isFiltered = geometry.withKernelShape(input: x.shape, output: outputShape) { shape in
    guard kernel_winograd_is_faster(shape) else { return false }
    let transformed = weights.prepared(.filtering, for: geometry, isKept: keepsWeights) {
      FilteringWeights(
        PackedWeights(weights, taps: geometry.taps.count), transposed: false, shape,
        isKept: keepsWeights)
    }
    splitTiles(of: shape) { tiles, scratch in
      kernel_winograd_convolve(
        shape, x.pointer, transformed.pointer, bias?.pointer, addend?.pointer, activation.kernel,
        y.fresh, scratch, tiles.lowerBound, tiles.upperBound)
    }
    return true
  }
  if !isFiltered {
    gather(x, weights, bias, addend, activation, to: y, geometry, keepsWeights: keepsWeights)
  }
  return y
}

/// The convolution, directly.
private func gather(
  _ x: Tensor, _ weights: Tensor, _ bias: Tensor?, _ addend: Tensor?, _ activation: Activation,
  to y: Tensor, _ geometry: ConvolutionGeometry, keepsWeights: Bool
) {
  let packed = weights.prepared(.packed, for: geometry, isKept: keepsWeights) {
    PackedWeights(weights, taps: geometry.taps.count, arithmetic: geometry.arithmetic)
  }
  let operands = x.operands(in: geometry.arithmetic)
  geometry.withKernelShape(input: operands.shape, output: y.shape) { shape in
    ThreadPool.shared.split(y.rows, grain: 24) { pixels in
      kernel_convolve(
        shape, operands.pointer, packed.pointer, bias?.pointer, addend?.pointer, activation.kernel,
        y.fresh, pixels.lowerBound, pixels.upperBound)
    }
  }
}

/// The adjoint of the convolution in its input, applied to a tensor of its output's shape.
func adjoint(
  _ gradient: Tensor, _ weights: Tensor, _ bias: Tensor?, _ activation: Activation,
  to inputShape: [Int], _ geometry: ConvolutionGeometry, keepsWeights: Bool = false
) -> Tensor {
  geometry.countMultiplyAdds(input: inputShape, output: gradient.shape)
  return OperationClock.time(.products) {
    filterTransposed(
      gradient, weights, bias, activation, to: inputShape, geometry, keepsWeights: keepsWeights)
  }
}

/// The adjoint, uncounted.
private func filterTransposed(
  _ gradient: Tensor, _ weights: Tensor, _ bias: Tensor?, _ activation: Activation,
  to inputShape: [Int], _ geometry: ConvolutionGeometry, keepsWeights: Bool
) -> Tensor {
  if let phases = AdjointPhases.fitting(inputShape, of: geometry, weights, areKept: keepsWeights) {
    let sideBySide = filter(
      gradient, phases.weights, bias.map(phases.repeated), nil, activation,
      to: gradient.shape.dropLast() + [phases.weights.channels], phases.geometry,
      keepsWeights: keepsWeights)
    return phases.interleaved(sideBySide)
  }
  let x = Tensor(uninitialized: inputShape)
  if let window = CausalWindow(geometry, input: inputShape, output: gradient.shape) {
    window.convolveTransposed(gradient, weights, bias, activation, to: x)
    return x
  }
  let isFiltered = geometry.withKernelShape(input: inputShape, output: gradient.shape) { shape in
    guard kernel_winograd_is_faster(shape) else { return false }
    let transformed = weights.prepared(.filteringTransposed, for: geometry, isKept: keepsWeights) {
      FilteringWeights(
        PackedWeights(transposing: weights, taps: geometry.taps.count), transposed: true, shape,
        isKept: keepsWeights)
    }
    splitTiles(of: shape) { tiles, scratch in
      kernel_winograd_convolve_transposed(
        shape, gradient.pointer, transformed.pointer, bias?.pointer, activation.kernel, x.fresh,
        scratch, tiles.lowerBound, tiles.upperBound)
    }
    return true
  }
  if !isFiltered {
    gatherTransposed(
      gradient, weights, bias, activation, to: x, geometry, keepsWeights: keepsWeights)
  }
  return x
}

/// The adjoint, directly.
private func gatherTransposed(
  _ gradient: Tensor, _ weights: Tensor, _ bias: Tensor?, _ activation: Activation,
  to x: Tensor, _ geometry: ConvolutionGeometry, keepsWeights: Bool
) {
  let packed = weights.prepared(.packedTransposed, for: geometry, isKept: keepsWeights) {
    PackedWeights(
      transposing: weights, taps: geometry.taps.count, arithmetic: geometry.arithmetic)
  }
  let operands = gradient.operands(in: geometry.arithmetic)
  geometry.withKernelShape(input: x.shape, output: operands.shape) { shape in
    let rowsPerImage = (x.shape[1] + geometry.stride - 1) / geometry.stride
    ThreadPool.shared.split(x.shape[0] * rowsPerImage) { rows in
      kernel_convolve_transposed(
        shape, operands.pointer, packed.pointer, bias?.pointer, activation.kernel, x.fresh,
        rows.lowerBound, rows.upperBound)
    }
  }
}
