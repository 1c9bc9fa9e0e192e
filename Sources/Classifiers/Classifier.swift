import NeuralNetworks
import Tensors

/// A small image classifier. One trained on real images turns away the samples it does not recognize
/// as what they were to be, as in the rejection sampling of VQ-VAE-2 (arXiv 1906.00446, section 3.5).
public final class Classifier {
  /// What was built.
  public let configuration: ClassifierConfiguration
  /// All weights.
  public let parameters: ParameterStore

  private let network: any FeatureNetwork
  private let output: Linear

  /// Builds the model; its configuration must have no `problem`.
  public init(_ configuration: ClassifierConfiguration, start: ParameterStore.Start) {
    precondition(configuration.problem == nil, configuration.problem ?? "")
    let parameters = ParameterStore(start, arithmetic: configuration.arithmetic)
    switch configuration.architecture {
    case .plain: network = PlainNetwork(parameters.root, configuration: configuration)
    case .residual: network = ResidualNetwork(parameters.root, configuration: configuration)
    }
    output = Linear(
      parameters.root.scope("logits"), inputs: network.featureCount,
      outputs: configuration.classCount)
    self.configuration = configuration
    self.parameters = parameters
  }

  /// The logits of each class: [images, classes].
  ///
  /// - Parameter images: [images, height, width, channels] in [-1, 1].
  public func logits(of images: Tensor, in pass: ForwardPass) -> Tensor {
    let features = pass.dropout(features(of: images, in: pass), rate: configuration.dropout)
    return output(features, in: pass)
  }

  /// The mean of −log p(label | image) over a batch, in nats; a scalar.
  ///
  /// - Parameters:
  ///   - images: [images, height, width, channels] in [-1, 1].
  ///   - labels: one class per image, in 0..<classCount.
  public func loss(of images: Tensor, labels: [Int32], in pass: ForwardPass) -> Tensor {
    let classes = 0..<Int32(configuration.classCount)
    precondition(labels.allSatisfy(classes.contains), "labels lie in \(classes)")
    return logits(of: images, in: pass).softmaxCrossEntropy(targets: labels)
  }

  /// The probability of each class: [images, classes], rows that sum to 1.
  ///
  /// - Parameter images: [images, height, width, channels] in [-1, 1].
  public func probabilities(of images: Tensor) -> Tensor {
    logits(of: images, in: .inference).softmax()
  }

  /// The probability of each class: [images, classes], rows that sum to 1.
  ///
  /// - Parameter features: what `features(of:)` returned, [images, features].
  public func probabilities(ofFeatures features: Tensor) -> Tensor {
    output(features, in: .inference).softmax()
  }

  /// The features from which the logits are computed, for comparing sets of images: [images, features].
  ///
  /// - Parameter images: [images, height, width, channels] in [-1, 1].
  public func features(of images: Tensor) -> Tensor {
    features(of: images, in: .inference)
  }

  /// What each stage of the network makes of images, from the finest map to the coarsest: each [images,
  /// height, width, channels]. The network is a constant, the images may be recorded.
  ///
  /// - Parameter images: [images, height, width, channels] in about [-1, 1].
  public func featureMaps(of images: Tensor) -> [Tensor] {
    network.maps(of: images, in: .inference)
  }

  private func features(of images: Tensor, in pass: ForwardPass) -> Tensor {
    let maps = network.maps(of: images, in: pass)
    guard let coarsest = maps.last else { preconditionFailure("a network has stages") }
    return network.features(of: coarsest, in: pass)
  }
}
