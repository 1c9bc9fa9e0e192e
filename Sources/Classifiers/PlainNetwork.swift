import NeuralNetworks
import Tensors

/// A plain convolutional network: stages of 3×3 convolutions, the first of which halves the
/// map, and a dense layer that sees where in the image everything is.
struct PlainNetwork: FeatureNetwork {
  private let convolutions: [Convolution]
  private let dense: Linear

  init(_ scope: ParameterScope, configuration: ClassifierConfiguration) {
    var (height, width) = (configuration.imageHeight, configuration.imageWidth)
    var channels = configuration.imageChannels
    var convolutions: [Convolution] = []
    for stage in 0..<configuration.stageCount {
      let outputs = configuration.channels(ofStage: stage)
      for index in 0...configuration.blocks {
        convolutions.append(
          Convolution(
            scope.scope("stage").scope(stage).scope("convolution").scope(index),
            inputs: index == 0 ? channels : outputs, outputs: outputs, kernel: 3,
            stride: index == 0 ? 2 : 1))
      }
      channels = outputs
      (height, width) = ((height + 1) / 2, (width + 1) / 2)
    }
    self.convolutions = convolutions
    dense = Linear(
      scope.scope("dense"), inputs: height * width * channels, outputs: 2 * configuration.channels)
  }

  var featureCount: Int { dense.bias.value.count }

  func callAsFunction(_ images: Tensor, in pass: ForwardPass) -> Tensor {
    let map = convolutions.reduce(images) { $1($0, activation: .elu, in: pass) }
    let flat = map.reshaped(to: [map.shape[0], map.count / map.shape[0]])
    return dense(flat, in: pass).activated(by: .elu)
  }
}
