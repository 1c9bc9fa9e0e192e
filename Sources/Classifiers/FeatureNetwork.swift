import NeuralNetworks
import Tensors

/// The part of a classifier below its logits.
protocol FeatureNetwork {
  /// How many features describe an image.
  var featureCount: Int { get }

  /// [images, height, width, channels] to what each stage makes of the one before, from the finest map
  /// to the coarsest.
  func maps(of images: Tensor, in pass: ForwardPass) -> [Tensor]

  /// The last of the maps to [images, features].
  func features(of map: Tensor, in pass: ForwardPass) -> Tensor
}
