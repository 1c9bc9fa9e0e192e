import Tensors

/// The strided encoder of VQ-VAE (arXiv 1711.00937): halving convolutions, a 3×3 convolution, residual
/// blocks, a rectifier.
public struct ConvolutionalEncoder {
  private let halvings: [Convolution]
  private let last: Convolution
  private let blocks: [ResidualBlock]

  /// Halves the image log₂(downsampling) times; the first halving gives half the channels.
  public init(
    _ scope: ParameterScope, inputs: Int, downsampling: Int, channels: Int, residualBlocks: Int,
    residualChannels: Int
  ) {
    var width = inputs
    halvings = (0..<downsampling.trailingZeroBitCount).map { index in
      let outputs = index == 0 ? max(channels / 2, 1) : channels
      defer { width = outputs }
      return Convolution(
        scope.scope("halving").scope(index), inputs: width, outputs: outputs, kernel: 4, stride: 2)
    }
    last = Convolution(scope.scope("last"), inputs: width, outputs: channels, kernel: 3)
    blocks = (0..<residualBlocks).map {
      ResidualBlock(scope.scope("block").scope($0), channels: channels, hidden: residualChannels)
    }
  }

  /// [images, height, width, inputs] to [images, height/downsampling, width/downsampling, channels].
  public func callAsFunction(_ x: Tensor, in pass: ForwardPass) -> Tensor {
    let halved = halvings.reduce(x) { $1($0, activation: .relu, in: pass) }
    let features = blocks.reduce(last(halved, in: pass)) { $1($0, in: pass) }
    return features.activated(by: .relu)
  }
}
