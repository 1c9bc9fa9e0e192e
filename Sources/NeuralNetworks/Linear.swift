import Tensors

/// A fully connected layer: y = x · w + b.
public struct Linear {
  /// [inputs, outputs].
  public let weight: Parameter
  /// [outputs].
  public let bias: Parameter

  /// Declares `weight`, uniform in ±1/√inputs, and `bias`, zero.
  public init(_ scope: ParameterScope, inputs: Int, outputs: Int) {
    weight = scope.parameter(
      "weight", shape: [inputs, outputs], initializer: .uniform(fanIn: inputs))
    bias = scope.parameter("bias", shape: [outputs], initializer: .constant(0))
  }

  /// [rows, inputs] to [rows, outputs].
  public func callAsFunction(_ x: Tensor, in pass: ForwardPass) -> Tensor {
    x.multiplied(by: pass(weight), bias: pass(bias))
  }
}
