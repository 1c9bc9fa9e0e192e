import Tensors

/// The mirror of a `ConvolutionalEncoder`: a 3×3 convolution, residual blocks, a rectifier, doubling
/// transposed convolutions.
public struct ConvolutionalDecoder {
  private let first: Convolution
  private let blocks: [ResidualBlock]
  private let doublings: [TransposedConvolution]
  /// The last doubling, which makes the output.
  public let last: TransposedConvolution

  /// Doubles the map log₂(upsampling) times, at least once; the last but one doubling gives half the channels.
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
    let doublings = (0..<count).map { index in
      let remaining = count - 1 - index
      let next = remaining == 0 ? outputs : remaining == 1 ? max(channels / 2, 1) : channels
      defer { width = next }
      return TransposedConvolution(
        scope.scope("doubling").scope(index), inputs: width, outputs: next)
    }
    self.doublings = Array(doublings.dropLast())
    last = doublings[count - 1]
  }

  /// [images, height, width, inputs] to [images, height · upsampling, width · upsampling, outputs].
  public func callAsFunction(_ x: Tensor, in pass: ForwardPass) -> Tensor {
    last(features(of: x, in: pass), in: pass)
  }

  /// What the last doubling makes the output of, half its height and width.
  public func features(of x: Tensor, in pass: ForwardPass) -> Tensor {
    let features = blocks.reduce(first(x, in: pass)) { $1($0, in: pass) }
    return doublings.reduce(features.activated(by: .relu)) { $1($0, activation: .relu, in: pass) }
  }
}
