import Classifiers
import NeuralNetworks
import Tensors
import Testing

@Suite struct FeatureDistanceTests {
  @Test(arguments: Architecture.allCases)
  func everyStageHasAMapHalfAsLarge(architecture: Architecture) {
    let configuration = configuration(architecture, height: 28, width: 20)
    let model = Classifier(configuration, start: .random(Randomness(seed: 1)))
    let maps = model.featureMaps(of: noise(2, for: configuration))
    #expect(maps.map(\.shape) == [[2, 14, 10, 8], [2, 7, 5, 16], [2, 4, 3, 16]])
  }

  @Test(arguments: Architecture.allCases)
  func theMapsAreThoseOfTheFeatures(architecture: Architecture) throws {
    let model = Classifier(configuration(architecture), start: .random(Randomness(seed: 1)))
    let images = noise(3, for: model.configuration)
    let coarsest = try #require(model.featureMaps(of: images).last)
    let features: Tensor
    switch architecture {
    case .plain:
      let flat = coarsest.reshaped(to: [3, coarsest.count / 3])
      features = flat.multiplied(
        by: try parameter("dense.weight", of: model), bias: try parameter("dense.bias", of: model)
      ).activated(by: .elu)
    case .residual:
      features = coarsest.activated(by: .relu).meanOverPixels()
    }
    #expect(model.features(of: images).elements == features.elements)
  }

  /// Against differences of the distance itself, along its gradient: the steepest way.
  @Test func theGradientIsThatOfTheImages() throws {
    let model = Classifier(configuration(.plain), start: .random(Randomness(seed: 1)))
    let images = noise(2, for: model.configuration)
    let targets = Tensor(images.elements.reversed(), shape: images.shape)
    #expect(model.featureDistance(of: images, to: images).scalar == 0)

    let tape = Tape()
    let watched = tape.watch(images)
    let gradient = try #require(
      tape.backward(
        from: model.featureDistance(of: watched, to: targets), gradientsOf: [watched])[0])
    #expect(model.parameters.all.allSatisfy { $0.gradient == nil })
    let norm = Float(gradient.sumOfSquares().squareRoot())
    func distance(moved step: Float) -> Float {
      var moved = images
      moved.add(gradient, scale: step / norm)
      return model.featureDistance(of: moved, to: targets).scalar
    }
    let step: Float = 0.02
    let slope = (distance(moved: step) - distance(moved: -step)) / (2 * step)
    #expect(abs(slope / norm - 1) < 0.01, "\(slope), by the tape \(norm)")
  }

  private func parameter(_ name: String, of model: Classifier) throws -> Tensor {
    try #require(model.parameters.all.first { $0.name == name }).value
  }
}
