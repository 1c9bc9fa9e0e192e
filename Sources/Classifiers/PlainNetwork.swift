import NeuralNetworks
import Tensors

/// A plain convolutional network: stages of 3×3 convolutions, the first of which halves the
/// map, and a dense layer that sees where in the image everything is.
struct PlainNetwork: FeatureNetwork {
  private let stages: [[Convolution]]
  private let dense: Linear

  init(_ scope: ParameterScope, configuration: ClassifierConfiguration) {
    var (height, width) = (configuration.imageHeight, configuration.imageWidth)
    var channels = configuration.imageChannels
    stages = (0..<configuration.stageCount).map { stage in
      let (inputs, outputs) = (channels, configuration.channels(ofStage: stage))
      channels = outputs
      (height, width) = ((height + 1) / 2, (width + 1) / 2)
      return (0...configuration.blocks).map { index in
        Convolution(
          scope.scope("stage").scope(stage).scope("convolution").scope(index),
          inputs: index == 0 ? inputs : outputs, outputs: outputs, kernel: 3,
          stride: index == 0 ? 2 : 1)
      }
    }
    dense = Linear(
      scope.scope("dense"), inputs: height * width * channels, outputs: 2 * configuration.channels)
  }

  var featureCount: Int { dense.bias.value.count }

  func maps(of images: Tensor, in pass: ForwardPass) -> [Tensor] {
    var maps: [Tensor] = []
    for stage in stages {
      maps.append(
        stage.reduce(maps.last ?? images) { $1($0, activation: .elu, in: pass) })
    }
    return maps
  }

  func features(of map: Tensor, in pass: ForwardPass) -> Tensor {
    let flat = map.reshaped(to: [map.shape[0], map.count / map.shape[0]])
    return dense(flat, in: pass).activated(by: .elu)
  }
}
