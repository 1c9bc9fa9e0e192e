import Classifiers
import Foundation
import NeuralNetworks
import Tensors
import Testing

@Suite struct ClassifierTests {
  @Test(
    arguments: Architecture.allCases,
    [(8, 8, 1), (9, 13, 3), (28, 28, 1), (32, 32, 3), (64, 40, 3), (8, 256, 1), (256, 256, 3)])
  func imagesOfAnySizeGetLogitsAndFeatures(
    architecture: Architecture, size: (height: Int, width: Int, channels: Int)
  ) {
    let configuration = configuration(
      architecture, height: size.height, width: size.width, channels: size.channels)
    #expect(configuration.problem == nil)
    let model = Classifier(configuration, start: .random(Randomness(seed: 1)))
    let images = noise(2, for: configuration)
    let logits = model.logits(of: images, in: .inference)
    #expect(logits.shape == [2, 3])
    #expect(logits.buffer.allSatisfy { $0.isFinite })
    let features = model.features(of: images)
    let stages = max(size.height, size.width) > 8 ? 2 : 1
    #expect(features.shape == [2, architecture == .plain ? 16 : 8 * stages])
    #expect(features.buffer.contains { $0 != 0 })
  }

  @Test(arguments: Architecture.allCases)
  func logitsAreALinearFunctionOfTheFeatures(architecture: Architecture) throws {
    let model = Classifier(configuration(architecture), start: .random(Randomness(seed: 1)))
    let images = noise(3, for: model.configuration)
    let weight = try #require(model.parameters.all.first { $0.name == "logits.weight" })
    let bias = try #require(model.parameters.all.first { $0.name == "logits.bias" })
    let expected = model.features(of: images).multiplied(by: weight.value, bias: bias.value)
    #expect(model.logits(of: images, in: .inference).elements == expected.elements)
  }

  @Test(arguments: Architecture.allCases)
  func theLossIsTheMeanSurpriseAtTheLabels(architecture: Architecture) {
    let model = Classifier(configuration(architecture), start: .random(Randomness(seed: 1)))
    let images = noise(4, for: model.configuration)
    let labels: [Int32] = [2, 0, 1, 1]
    let probabilities = model.probabilities(of: images)
    #expect(probabilities.shape == [4, 3])
    for image in 0..<4 {
      let sum = probabilities.buffer[3 * image..<3 * image + 3].reduce(0, +)
      #expect(abs(sum - 1) < 1e-6)
    }
    let surprise = labels.enumerated().reduce(Float(0)) { sum, pair in
      sum - log(probabilities.buffer[3 * pair.offset + Int(pair.element)])
    }
    let loss = model.loss(of: images, labels: labels, in: .inference).scalar
    #expect(abs(loss - surprise / 4) < 1e-5)
  }

  @Test(arguments: Architecture.allCases)
  func anImageGetsTheSameBitsInAnyBatch(architecture: Architecture) {
    let configuration = configuration(architecture, height: 28, width: 28)
    let model = Classifier(configuration, start: .random(Randomness(seed: 1)))
    let images = noise(7, for: configuration)
    let probabilities = model.probabilities(of: images).elements
    let features = model.features(of: images)
    for image in 0..<7 {
      let pixels = Array(images.buffer[image * 784..<(image + 1) * 784])
      let alone = Tensor(pixels, shape: [1, 28, 28, 1])
      #expect(
        model.probabilities(of: alone).elements
          == Array(probabilities[3 * image..<3 * image + 3]))
      let width = features.channels
      #expect(
        model.features(of: alone).elements
          == Array(features.buffer[width * image..<width * (image + 1)]))
    }
  }

  @Test func theTwoArchitecturesShareOnlyTheirLogits() {
    let (plain, residual) = (
      Classifier(configuration(.plain, height: 28, width: 28), start: .zero(limit: .max)),
      Classifier(configuration(.residual, height: 28, width: 28), start: .zero(limit: .max))
    )
    func layers(_ model: Classifier) -> [String: [Int]] {
      var shapes: [String: [Int]] = [:]
      for parameter in model.parameters.all where parameter.name.hasSuffix(".weight") {
        shapes[String(parameter.name.dropLast(".weight".count))] = parameter.value.shape
      }
      return shapes
    }
    #expect(
      layers(plain) == [
        "stage.0.convolution.0": [9, 1, 8], "stage.0.convolution.1": [9, 8, 8],
        "stage.1.convolution.0": [9, 8, 16], "stage.1.convolution.1": [9, 16, 16],
        "stage.2.convolution.0": [9, 16, 16], "stage.2.convolution.1": [9, 16, 16],
        "dense": [256, 16], "logits": [16, 3],
      ])
    #expect(
      layers(residual) == [
        "stage.0.halving": [25, 1, 8], "stage.0.block.0.first": [9, 8, 8],
        "stage.0.block.0.second": [1, 8, 8], "stage.1.halving": [9, 8, 16],
        "stage.1.block.0.first": [9, 16, 16], "stage.1.block.0.second": [1, 16, 16],
        "stage.2.halving": [9, 16, 16], "stage.2.block.0.first": [9, 16, 16],
        "stage.2.block.0.second": [1, 16, 16],
        "logits": [16, 3],
      ])
  }
}
