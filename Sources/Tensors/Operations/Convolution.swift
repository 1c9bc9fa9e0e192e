import Kernels

/// Which pixels around an output pixel a convolution reads: offsets in rows and columns, one pair per
/// tap, in the order of the weights' first axis.
public struct Taps: Hashable, Sendable {
  let rows: [Int32]
  let columns: [Int32]

  /// How many pixels each output pixel reads.
  public var count: Int { rows.count }

  /// Row and column offset of each tap.
  public var offsets: [(row: Int, column: Int)] {
    zip(rows, columns).map { (Int($0), Int($1)) }
  }

  /// Taps at the given offsets, at most 256.
  public init(offsets: [(row: Int, column: Int)]) {
    precondition((1...256).contains(offsets.count), "a convolution has 1 to 256 taps")
    rows = offsets.map { Int32($0.row) }
    columns = offsets.map { Int32($0.column) }
  }

  /// The `height` × `width` rectangle whose upper left tap is `top` rows above and `left` columns left
  /// of the output pixel, row by row.
  public static func rectangle(height: Int, width: Int, top: Int, left: Int) -> Taps {
    Taps(
      offsets: (0..<height * width).map { (row: $0 / width - top, column: $0 % width - left) })
  }
}

/// A convolution but for its weights: what it reads, how far it steps and in what it multiplies.
public struct ConvolutionGeometry: Hashable, Sendable {
  /// The pixels read around each output pixel.
  public let taps: Taps
  /// Input pixels per output pixel, in rows and columns alike.
  public let stride: Int
  /// In which numbers it multiplies.
  public let arithmetic: Arithmetic

  /// A convolution that reads `taps` and steps by `stride`.
  public init(taps: Taps, stride: Int = 1, arithmetic: Arithmetic = .float32) {
    self.taps = taps
    self.stride = stride
    self.arithmetic = arithmetic
  }

  /// Counts the arithmetic of the convolution from `input` to `output`, both NHWC, or of either gradient:
  /// that of the direct form, whatever form it takes.
  func countMultiplyAdds(input: [Int], output: [Int]) {
    func reached(_ offset: Int, _ inputs: Int, _ outputs: Int) -> Int {
      let first = offset < 0 ? (-offset + stride - 1) / stride : 0
      let end = inputs - offset <= 0 ? 0 : (inputs - offset + stride - 1) / stride
      return max(min(end, outputs) - first, 0)
    }
    let pixels = taps.offsets.reduce(0) { sum, offset in
      sum + reached(offset.row, input[1], output[1]) * reached(offset.column, input[2], output[2])
    }
    MultiplyAddCounter.add(input[0] * pixels * input[3] * output[3])
  }

  /// Calls `body` with the kernels' description of the convolution from `input` to `output`, both NHWC.
  /// For the direct form in bfloat16, what is summed over is in pairs, and the shape that has them counts
  /// them.
  func withKernelShape<Result>(
    input: [Int], output: [Int], _ body: (UnsafePointer<kernel_convolution>) -> Result
  ) -> Result {
    precondition(input.count == 4 && output.count == 4, "a convolution needs NHWC tensors")
    precondition(
      max(input[3], output[3]) <= KERNEL_MAXIMUM_CHANNELS, "too many channels for a convolution")
    return taps.rows.withUnsafeBufferPointer { rows in
      taps.columns.withUnsafeBufferPointer { columns in
        let shape = kernel_convolution(
          images: Int32(input[0]), input_height: Int32(input[1]), input_width: Int32(input[2]),
          input_channels: Int32(input[3]), output_height: Int32(output[1]),
          output_width: Int32(output[2]), output_channels: Int32(output[3]),
          stride: Int32(stride), tap_count: Int32(taps.count), tap_rows: rows.baseAddress,
          tap_columns: columns.baseAddress, bfloat16: arithmetic == .bfloat16)
        return withUnsafePointer(to: shape, body)
      }
    }
  }
}

/// What a fused operation does to its result last.
public enum Activation: String, Codable, Sendable {
  /// y = x
  case identity
  /// y = max(x, 0)
  case relu
  /// y = x above zero, eˣ − 1 below
  case elu

  /// The kernels' name for it.
  public var kernel: kernel_activation {
    switch self {
    case .identity: KERNEL_IDENTITY
    case .relu: KERNEL_RELU
    case .elu: KERNEL_ELU
    }
  }
}

extension Tensor {
  /// Convolution: y[n, i, j] = activation(Σ_t x[n, i·s + row_t, j·s + column_t] · w[t] + bias + addend).
  ///
  /// - Parameters:
  ///   - weights: [taps, input channels, output channels], or [height, width, …] for a rectangle.
  ///   - bias: [output channels].
  ///   - addend: a tensor of the output's shape, added before the activation.
  ///   - keepsWeights: whether the weights keep what kernels need them as, until they change: right for a
  ///     model that only infers.
  /// - Returns: [images, ⌈height/s⌉, ⌈width/s⌉, output channels]; pixels outside the image count as zero.
  public func convolved(
    with weights: Tensor, bias: Tensor? = nil, adding addend: Tensor? = nil,
    activation: Activation = .identity, geometry: ConvolutionGeometry, keepsWeights: Bool = false
  ) -> Tensor {
    let stride = geometry.stride
    precondition(
      weights.count == geometry.taps.count * channels * weights.channels,
      "weights \(weights.shape) do not fit \(shape) and \(geometry.taps.count) taps")
    let outputShape = [
      shape[0], (shape[1] + stride - 1) / stride, (shape[2] + stride - 1) / stride,
      weights.channels,
    ]
    let output = convolve(
      self, weights, bias, addend, activation, to: outputShape, geometry,
      keepsWeights: keepsWeights)
    let keepsInput = weights.isTracked
    let input = keepsInput ? self.detached : nil
    let inputShape = shape
    let tracked = (input: isTracked, weights: weights.isTracked, bias: bias?.isTracked ?? false)
    let addendTracked = addend?.isTracked ?? false
    let kept = activation == .identity ? nil : output
    let constantWeights = weights.detached
    return Tape.record(output, from: [self, weights] + [bias, addend].compactMap { $0 }) {
      gradient in
      gradient.multiplyByDerivative(of: activation, at: kept)
      var result: [Tensor?] = [
        tracked.input
          ? adjoint(
            gradient, constantWeights, nil, .identity, to: inputShape, geometry) : nil,
        tracked.weights
          ? input.map { weightGradient($0, gradient, like: constantWeights, geometry) } : nil,
      ]
      if bias != nil { result.append(tracked.bias ? gradient.summedRows() : nil) }
      if addend != nil { result.append(addendTracked ? gradient : nil) }
      return result
    }
  }

  /// Transposed convolution: the adjoint of the convolution that `geometry` and `weights` describe.
  ///
  /// - Parameters:
  ///   - weights: [taps, output channels, input channels]: those of the convolution it is adjoint to.
  ///   - bias: [output channels].
  ///   - keepsWeights: as for a convolution.
  /// - Returns: [images, height · s, width · s, output channels].
  public func convolvedTransposed(
    with weights: Tensor, bias: Tensor? = nil, activation: Activation = .identity,
    geometry: ConvolutionGeometry, keepsWeights: Bool = false
  ) -> Tensor {
    let stride = geometry.stride
    let outputChannels = weights.count / (geometry.taps.count * channels)
    precondition(
      weights.channels == channels,
      "weights \(weights.shape) do not fit \(shape)")
    let output = adjoint(
      self, weights, bias, activation,
      to: [shape[0], shape[1] * stride, shape[2] * stride, outputChannels], geometry,
      keepsWeights: keepsWeights)
    let input = weights.isTracked ? self.detached : nil
    let inputShape = shape
    let tracked = (input: isTracked, bias: bias?.isTracked ?? false)
    let kept = activation == .identity ? nil : output
    let constantWeights = weights.detached
    return Tape.record(output, from: [self, weights] + [bias].compactMap { $0 }) { gradient in
      gradient.multiplyByDerivative(of: activation, at: kept)
      var result: [Tensor?] = [
        tracked.input
          ? convolve(
            gradient, constantWeights, nil, nil, .identity, to: inputShape, geometry) : nil,
        input.map { weightGradient(gradient, $0, like: constantWeights, geometry) },
      ]
      if bias != nil { result.append(tracked.bias ? gradient.summedRows() : nil) }
      return result
    }
  }
}
