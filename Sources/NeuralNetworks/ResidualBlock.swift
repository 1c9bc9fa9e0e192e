import Tensors

/// The residual block of VQ-VAE (arXiv 1711.00937):
/// y = x + conv1×1(relu(conv3×3(relu(x)))).
public struct ResidualBlock {
  private let first: Convolution
  private let second: Convolution

  /// Declares `first` (3×3, to `hidden` channels) and `second` (1×1, back to `channels`).
  public init(_ scope: ParameterScope, channels: Int, hidden: Int) {
    first = Convolution(scope.scope("first"), inputs: channels, outputs: hidden, kernel: 3)
    second = Convolution(scope.scope("second"), inputs: hidden, outputs: channels, kernel: 1)
  }

  /// [images, height, width, channels] to the same shape.
  public func callAsFunction(_ x: Tensor, in pass: ForwardPass) -> Tensor {
    pass.block(x) { x, _, pass in
      let hidden = first(x.activated(by: .relu), activation: .relu, in: pass)
      return second(hidden, adding: x, in: pass)
    }
  }
}
