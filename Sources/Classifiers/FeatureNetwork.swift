import NeuralNetworks
import Tensors

/// The part of a classifier below its logits.
protocol FeatureNetwork {
  /// How many features describe an image.
  var featureCount: Int { get }

  /// [images, height, width, channels] to [images, features].
  func callAsFunction(_ images: Tensor, in pass: ForwardPass) -> Tensor
}
