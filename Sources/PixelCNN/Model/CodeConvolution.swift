import NeuralNetworks
import Tensors

/// A weight-normalized convolution over one-hot codes, done as lookups in its weights.
struct CodeConvolution {
  let weight: Parameter
  let gain: Parameter
  let bias: Parameter
  let taps: Taps
  /// By how many rows and columns the result is moved down and right.
  let shift: (row: Int, column: Int)

  init(
    _ scope: ParameterScope, classes: Int, outputs: Int, taps: Taps,
    shift: (row: Int, column: Int) = (0, 0)
  ) {
    // A one-hot input has one non-zero channel: the fan-in is the number of taps.
    weight = scope.parameter(
      "weight", shape: [taps.count, classes, outputs], initializer: .uniform(fanIn: taps.count))
    gain = scope.parameter(
      "gain", shape: [outputs], initializer: .given(weight.value.columnNorms()))
    bias = scope.parameter("bias", shape: [outputs], initializer: .constant(0))
    self.taps = taps
    self.shift = shift
  }

  func effectiveWeight(in pass: ForwardPass) -> Tensor {
    pass(weight).weightNormalized(gain: pass(gain))
  }

  /// Codes [images · height · width] to [images, height, width, outputs].
  func callAsFunction(
    _ codes: [Int32], images: Int, height: Int, width: Int, in pass: ForwardPass
  ) -> Tensor {
    convolvedCodes(
      codes, images: images, height: height, width: width, with: effectiveWeight(in: pass),
      bias: pass(bias), taps: taps, shift: shift)
  }
}
