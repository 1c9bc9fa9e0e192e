import Kernels

// A convolution and its adjoint in the input, on all threads, each in the form that the kernels say is
// faster for the shape.

/// The convolution of x, [images, height, width, input channels], with bias, addend and activation.
func convolve(
  _ x: Tensor, _ weights: Tensor, _ bias: Tensor?, _ addend: Tensor?, _ activation: Activation,
  to outputShape: [Int], _ geometry: ConvolutionGeometry
) -> Tensor {
  geometry.countMultiplyAdds(input: x.shape, output: outputShape)
  return OperationClock.time(.products) {
    filter(x, weights, bias, addend, activation, to: outputShape, geometry)
  }
}

/// The convolution, uncounted.
private func filter(
  _ x: Tensor, _ weights: Tensor, _ bias: Tensor?, _ addend: Tensor?, _ activation: Activation,
  to outputShape: [Int], _ geometry: ConvolutionGeometry
) -> Tensor {
  let y = Tensor(uninitialized: outputShape)
  if let window = CausalWindow(geometry, input: x.shape, output: outputShape) {
    window.convolve(x, weights, bias, addend, activation, to: y)
    return y
  }
  let isFiltered = geometry.withKernelShape(input: x.shape, output: outputShape) { shape in
    guard kernel_winograd_is_faster(shape) else { return false }
    let packed = PackedWeights(weights, taps: geometry.taps.count)
    let transformed = FilteringWeights(packed, transposed: false, shape)
    splitTiles(of: shape) { tiles, scratch in
      kernel_winograd_convolve(
        shape, x.pointer, transformed.pointer, bias?.pointer, addend?.pointer, activation.kernel,
        y.fresh, scratch, tiles.lowerBound, tiles.upperBound)
    }
    return true
  }
  if !isFiltered { gather(x, weights, bias, addend, activation, to: y, geometry) }
  return y
}

/// The convolution, directly.
private func gather(
  _ x: Tensor, _ weights: Tensor, _ bias: Tensor?, _ addend: Tensor?, _ activation: Activation,
  to y: Tensor, _ geometry: ConvolutionGeometry
) {
  let packed = PackedWeights(
    weights, taps: geometry.taps.count, arithmetic: geometry.arithmetic)
  let operands = x.operands(in: geometry.arithmetic)
  geometry.withKernelShape(
    input: operands.shape, output: y.shape, bfloat16: geometry.arithmetic == .bfloat16
  ) { shape in
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
  to inputShape: [Int], _ geometry: ConvolutionGeometry
) -> Tensor {
  geometry.countMultiplyAdds(input: inputShape, output: gradient.shape)
  return OperationClock.time(.products) {
    filterTransposed(gradient, weights, bias, activation, to: inputShape, geometry)
  }
}

/// The adjoint, uncounted.
private func filterTransposed(
  _ gradient: Tensor, _ weights: Tensor, _ bias: Tensor?, _ activation: Activation,
  to inputShape: [Int], _ geometry: ConvolutionGeometry
) -> Tensor {
  if let phases = AdjointPhases(of: geometry, weights, to: inputShape) {
    let sideBySide = filter(
      gradient, phases.weights, bias.map(phases.repeated), nil, activation,
      to: gradient.shape.dropLast() + [phases.weights.channels], phases.geometry)
    return phases.interleaved(sideBySide)
  }
  let x = Tensor(uninitialized: inputShape)
  if let window = CausalWindow(geometry, input: inputShape, output: gradient.shape) {
    window.convolveTransposed(gradient, weights, bias, activation, to: x)
    return x
  }
  let isFiltered = geometry.withKernelShape(input: inputShape, output: gradient.shape) { shape in
    guard kernel_winograd_is_faster(shape) else { return false }
    let packed = PackedWeights(transposing: weights, taps: geometry.taps.count)
    let transformed = FilteringWeights(packed, transposed: true, shape)
    splitTiles(of: shape) { tiles, scratch in
      kernel_winograd_convolve_transposed(
        shape, gradient.pointer, transformed.pointer, bias?.pointer, activation.kernel, x.fresh,
        scratch, tiles.lowerBound, tiles.upperBound)
    }
    return true
  }
  if !isFiltered { gatherTransposed(gradient, weights, bias, activation, to: x, geometry) }
  return x
}

/// The adjoint, directly.
private func gatherTransposed(
  _ gradient: Tensor, _ weights: Tensor, _ bias: Tensor?, _ activation: Activation,
  to x: Tensor, _ geometry: ConvolutionGeometry
) {
  let packed = PackedWeights(
    transposing: weights, taps: geometry.taps.count, arithmetic: geometry.arithmetic)
  let operands = gradient.operands(in: geometry.arithmetic)
  geometry.withKernelShape(
    input: x.shape, output: operands.shape, bfloat16: geometry.arithmetic == .bfloat16
  ) { shape in
    let rowsPerImage = (x.shape[1] + geometry.stride - 1) / geometry.stride
    ThreadPool.shared.split(x.shape[0] * rowsPerImage) { rows in
      kernel_convolve_transposed(
        shape, operands.pointer, packed.pointer, bias?.pointer, activation.kernel, x.fresh,
        rows.lowerBound, rows.upperBound)
    }
  }
}
