import NeuralNetworks
import Tensors

/// A residual network (arXiv 1512.03385): stages that halve the map by a strided convolution and refine
/// it by residual blocks, and the mean of each channel over all pixels.
struct ResidualNetwork: FeatureNetwork {
  private let stages: [Stage]
  let featureCount: Int

  private struct Stage {
    let halving: Convolution
    let blocks: [ResidualBlock]
  }

  /// The first convolution is 5×5: it reads bare pixels, of which 3×3 say little.
  init(_ scope: ParameterScope, configuration: ClassifierConfiguration) {
    var inputs = configuration.imageChannels
    stages = (0..<configuration.stageCount).map { index in
      let scope = scope.scope("stage").scope(index)
      let outputs = configuration.channels(ofStage: index)
      defer { inputs = outputs }
      return Stage(
        halving: Convolution(
          scope.scope("halving"), inputs: inputs, outputs: outputs, kernel: index == 0 ? 5 : 3,
          stride: 2),
        blocks: (0..<configuration.blocks).map {
          ResidualBlock(scope.scope("block").scope($0), channels: outputs, hidden: outputs)
        })
    }
    featureCount = inputs
  }

  func maps(of images: Tensor, in pass: ForwardPass) -> [Tensor] {
    var maps: [Tensor] = []
    for stage in stages {
      let halved = stage.halving(maps.last ?? images, in: pass)
      maps.append(stage.blocks.reduce(halved) { $1($0, in: pass) })
    }
    return maps
  }

  func features(of map: Tensor, in pass: ForwardPass) -> Tensor {
    map.activated(by: .relu).meanOverPixels()
  }
}
