import Tensors

/// The mirror of a `ConvolutionalEncoder`: a 3×3 convolution, residual blocks, a rectifier, doubling
/// transposed convolutions.
public struct ConvolutionalDecoder {
  private let first: Convolution
  private let blocks: [ResidualBlock]
  private let doublings: [TransposedConvolution]

  /// Doubles the map log₂(upsampling) times; the last but one doubling gives half the channels.
  public init(
    _ scope: ParameterScope, inputs: Int, outputs: Int, upsampling: Int, channels: Int,
    residualBlocks: Int, residualChannels: Int
  ) {
    first = Convolution(scope.scope("first"), inputs: inputs, outputs: channels, kernel: 3)
    blocks = (0..<residualBlocks).map {
      ResidualBlock(scope.scope("block").scope($0), channels: channels, hidden: residualChannels)
    }
    let count = upsampling.trailingZeroBitCount
    var width = channels
    doublings = (0..<count).map { index in
      let remaining = count - 1 - index
      let next = remaining == 0 ? outputs : remaining == 1 ? max(channels / 2, 1) : channels
      defer { width = next }
      return TransposedConvolution(
        scope.scope("doubling").scope(index), inputs: width, outputs: next)
    }
  }

  /// [images, height, width, inputs] to [images, height · upsampling, width · upsampling, outputs].
  public func callAsFunction(_ x: Tensor, in pass: ForwardPass) -> Tensor {
    var features = blocks.reduce(first(x, in: pass)) { $1($0, in: pass) }
    features = features.activated(by: .relu)
    for (index, doubling) in doublings.enumerated() {
      let activation: Activation = index == doublings.count - 1 ? .identity : .relu
      features = doubling(features, activation: activation, in: pass)
    }
    return features
  }
}
