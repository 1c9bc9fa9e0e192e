import Tensors

/// A two-dimensional transposed convolution over NHWC images: the adjoint of a `Convolution` with the
/// same geometry, which enlarges an image by the stride.
///
/// y = activation(wᵀ ∗ x + b).
public struct TransposedConvolution {
  /// [taps, output channels, input channels]: the weights of the convolution it is adjoint to.
  public let weight: Parameter
  /// [output channels].
  public let bias: Parameter
  /// Which pixels the adjoint convolution reads, and in what is multiplied.
  public let geometry: ConvolutionGeometry

  /// Declares the parameters `weight` and `bias` below `scope`.
  ///
  /// Weights start uniform in ±1/√fan-in, biases at zero. The paper's decoders have a kernel of 4 and a
  /// stride of 2.
  public init(
    _ scope: ParameterScope, inputs: Int, outputs: Int, kernel: Int = 4, stride: Int = 2
  ) {
    let padding = (kernel - 1) / 2
    geometry = ConvolutionGeometry(
      taps: .rectangle(height: kernel, width: kernel, top: padding, left: padding), stride: stride,
      arithmetic: scope.arithmetic)
    weight = scope.parameter(
      "weight", shape: [kernel * kernel, outputs, inputs],
      initializer: .uniform(fanIn: kernel * kernel * inputs / (stride * stride)))
    bias = scope.parameter("bias", shape: [outputs], initializer: .constant(0))
  }

  /// [images, height, width, inputs] to [images, height · stride, width · stride, outputs].
  public func callAsFunction(
    _ x: Tensor, activation: Activation = .identity, in pass: ForwardPass
  ) -> Tensor {
    x.convolvedTransposed(
      with: pass(weight), bias: pass(bias), activation: activation, geometry: geometry,
      keepsWeights: pass.isInference)
  }
}
