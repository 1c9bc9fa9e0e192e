import Tensors

/// A two-dimensional convolution over NHWC images, plain or weight-normalized.
///
/// y = activation(w ∗ x + b + addend), and with weight normalization (arXiv 1602.07868)
/// w = gain · v / ‖v‖ for each output channel.
public struct Convolution {
  /// The weights, or their direction v: [taps, input channels, output channels].
  public let weight: Parameter
  /// [output channels]; present when the weights are normalized.
  public let gain: Parameter?
  /// [output channels].
  public let bias: Parameter?
  /// Which pixels are read, and in what is multiplied.
  public let geometry: ConvolutionGeometry

  /// Declares the parameters `weight`, `gain` and `bias` below `scope`.
  ///
  /// Weights start uniform in ±1/√fan-in, gains at the norm of their weights, biases at zero. The
  /// arithmetic is the model's.
  public init(
    _ scope: ParameterScope, inputs: Int, outputs: Int, geometry: ConvolutionGeometry,
    isWeightNormalized: Bool = false, hasBias: Bool = true
  ) {
    let taps = geometry.taps.count
    weight = scope.parameter(
      "weight", shape: [taps, inputs, outputs], initializer: .uniform(fanIn: taps * inputs))
    gain =
      isWeightNormalized
      ? scope.parameter(
        "gain", shape: [outputs], initializer: .given(weight.value.columnNorms())) : nil
    bias =
      hasBias ? scope.parameter("bias", shape: [outputs], initializer: .constant(0)) : nil
    self.geometry = ConvolutionGeometry(
      taps: geometry.taps, stride: geometry.stride, arithmetic: scope.arithmetic)
  }

  /// A square convolution whose output is the input's size divided by the stride, rounded up.
  ///
  /// An even kernel (with stride 2, as the paper's encoders use) reads one pixel more below and right.
  public init(
    _ scope: ParameterScope, inputs: Int, outputs: Int, kernel: Int, stride: Int = 1,
    isWeightNormalized: Bool = false, hasBias: Bool = true
  ) {
    let padding = (kernel - 1) / 2
    self.init(
      scope, inputs: inputs, outputs: outputs,
      geometry: ConvolutionGeometry(
        taps: .rectangle(height: kernel, width: kernel, top: padding, left: padding),
        stride: stride),
      isWeightNormalized: isWeightNormalized, hasBias: hasBias)
  }

  /// The weights that multiply the input: normalized where the layer is.
  public func effectiveWeight(in pass: ForwardPass) -> Tensor {
    let direction = pass(weight)
    guard let gain else { return direction }
    return direction.weightNormalized(gain: pass(gain))
  }

  /// [images, height, width, inputs] to [images, ⌈height/stride⌉, ⌈width/stride⌉, outputs].
  public func callAsFunction(
    _ x: Tensor, adding addend: Tensor? = nil, activation: Activation = .identity,
    in pass: ForwardPass
  ) -> Tensor {
    x.convolved(
      with: effectiveWeight(in: pass), bias: bias.map { pass($0) }, adding: addend,
      activation: activation, geometry: geometry, keepsWeights: pass.isInference)
  }
}

extension Tensor {
  /// The Euclidean norm over all axes but the last: one per channel.
  public func columnNorms() -> [Float] {
    var sums = [Float](repeating: 0, count: channels)
    for (index, value) in buffer.enumerated() { sums[index % channels] += value * value }
    return sums.map { $0.squareRoot() }
  }
}
