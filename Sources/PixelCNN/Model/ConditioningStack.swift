import NeuralNetworks
import Tensors

/// Turns the codes of the levels above into a map of features at the level's own resolution: each
/// level is looked up, added to what comes from above it, refined by gated residual blocks and
/// enlarged to the next.
struct ConditioningStack {
  private let lookups: [CodeConvolution]
  private let blocks: [[GatedResidualBlock]]
  private let configuration: PriorConfiguration

  init(_ scope: ParameterScope, configuration: PriorConfiguration) {
    let channels = configuration.conditionChannels
    lookups = configuration.conditions.map { level in
      CodeConvolution(
        scope.scope(level.name).scope("lookup"), classes: level.codebookSize, outputs: channels,
        taps: GatedResidualBlock.Reach.window(kernel: configuration.conditionKernel).taps)
    }
    blocks = configuration.conditions.map { level in
      (0..<configuration.conditionBlocks).map {
        GatedResidualBlock(
          scope.scope(level.name).scope("block").scope($0), channels: channels, hidden: channels,
          reach: .window(kernel: configuration.conditionKernel), configuration: configuration)
      }
    }
    self.configuration = configuration
  }

  /// [images, height, width, condition channels] at the level's own resolution.
  ///
  /// - Parameter codes: one array per level above, from the top: [images · height · width] of its map.
  func callAsFunction(_ codes: [[Int32]], images: Int, in pass: ForwardPass) -> Tensor? {
    var features: Tensor?
    for (index, level) in configuration.conditions.enumerated() {
      var map = lookups[index](
        codes[index], images: images, height: level.height, width: level.width, in: pass)
      if let above = features { map = map + above }
      map = blocks[index].reduce(map) { $1($0, in: pass) }
      features = map.upsampled(by: configuration.enlargement(ofCondition: index))
    }
    return features
  }
}
