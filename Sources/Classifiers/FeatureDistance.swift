import Tensors

extension Classifier {
  /// How different images look to the network: the distances of the features of all its stages, added
  /// up (LPIPS, arXiv 1801.03924, with equal weights in the place of learned ones); a scalar.
  ///
  /// The classifier is a constant: the gradient is that of the images, the targets are constants too.
  ///
  /// - Parameters:
  ///   - images: [images, height, width, channels] in about [-1, 1].
  ///   - targets: as many of the same shape.
  public func featureDistance(of images: Tensor, to targets: Tensor) -> Tensor {
    let distances = zip(featureMaps(of: images), featureMaps(of: targets.detached)).map {
      $0.featureDistance(to: $1)
    }
    return distances.dropFirst().reduce(distances[0], +)
  }
}
