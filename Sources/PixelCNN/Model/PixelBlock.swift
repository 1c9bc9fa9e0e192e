import NeuralNetworks
import Tensors

/// One block of PixelSNAIL: gated residual blocks over the past, then either causal attention or a
/// 1×1 convolution, both of which see the coordinates.
struct PixelBlock {
  /// The attention part of a block.
  struct Attention {
    let keyBlock: GatedResidualBlock
    let queryBlock: GatedResidualBlock
    let query: Convolution
    let key: Convolution
    let value: Convolution
    let output: GatedResidualBlock
    let heads: Int
  }

  /// How a block ends.
  enum Ending {
    case attention(Attention)
    case projection(Convolution)
  }

  let residualBlocks: [GatedResidualBlock]
  let ending: Ending

  init(_ scope: ParameterScope, configuration: PriorConfiguration) {
    let channels = configuration.channels
    residualBlocks = (0..<configuration.residualBlocks).map {
      GatedResidualBlock(
        scope.scope("residual").scope($0), channels: channels,
        hidden: configuration.residualChannels, reach: .past(kernel: configuration.kernel),
        configuration: configuration,
        conditionChannels: configuration.conditions.isEmpty ? 0 : configuration.conditionChannels,
        classCount: configuration.embeddedClassCount)
    }
    let coordinates = Coordinates.channels
    if configuration.attentionHeads == 0 {
      ending = .projection(
        Self.pointwise(scope.scope("projection"), channels + coordinates, channels))
      return
    }
    func gated(_ name: String, _ inputs: Int, auxiliary: Int = 0) -> GatedResidualBlock {
      GatedResidualBlock(
        scope.scope(name), channels: inputs, hidden: channels, reach: .point,
        configuration: configuration, auxiliaryChannels: auxiliary)
    }
    ending = .attention(
      Attention(
        keyBlock: gated("keyBlock", 2 * channels + coordinates),
        queryBlock: gated("queryBlock", channels + coordinates),
        query: Self.pointwise(scope.scope("query"), channels + coordinates, channels / 2),
        key: Self.pointwise(scope.scope("key"), 2 * channels + coordinates, channels / 2),
        value: Self.pointwise(scope.scope("value"), 2 * channels + coordinates, channels / 2),
        output: gated("outputBlock", channels, auxiliary: channels / 2),
        heads: configuration.attentionHeads))
  }

  private static func pointwise(_ scope: ParameterScope, _ inputs: Int, _ outputs: Int)
    -> Convolution
  {
    Convolution(
      scope, inputs: inputs, outputs: outputs,
      geometry: ConvolutionGeometry(taps: GatedResidualBlock.Reach.point.taps),
      isWeightNormalized: true)
  }

  /// [images, height, width, channels] to the same shape.
  ///
  /// - Parameter coordinates: [images, height, width, 2].
  func callAsFunction(
    _ x: Tensor, coordinates: Tensor, context: GatedResidualBlock.Context, in pass: ForwardPass
  ) -> Tensor {
    let features = residualBlocks.reduce(x) { $1($0, context: context, in: pass) }
    switch ending {
    case .projection(let convolution):
      return convolution(.concatenatingChannels([features, coordinates]), in: pass)
    case .attention(let attention):
      let keys = attention.keyBlock(
        .concatenatingChannels([x, features, coordinates]), in: pass)
      let queries = attention.queryBlock(
        .concatenatingChannels([features, coordinates]), in: pass)
      let attended = causalAttention(
        query: attention.query(queries, in: pass), key: attention.key(keys, in: pass),
        value: attention.value(keys, in: pass), heads: attention.heads)
      return attention.output(
        features, context: GatedResidualBlock.Context(auxiliary: attended), in: pass)
    }
  }
}
