import Classifiers
import Foundation
import Tensors

typealias Architecture = ClassifierConfiguration.Architecture

/// A small classifier of three classes.
func configuration(
  _ architecture: Architecture, height: Int = 12, width: Int = 12, channels: Int = 1
) -> ClassifierConfiguration {
  ClassifierConfiguration(
    imageHeight: height, imageWidth: width, imageChannels: channels, classNames: ["a", "b", "c"],
    architecture: architecture, channels: 8)
}

/// Images of noise in [-1, 1] that fit a configuration.
func noise(_ count: Int, for configuration: ClassifierConfiguration) -> Tensor {
  let shape = [
    count, configuration.imageHeight, configuration.imageWidth, configuration.imageChannels,
  ]
  let values = Randomness(seed: 4).uniforms(shape.reduce(1, *), in: -1...1)
  return Tensor(values, shape: shape)
}

/// Horizontal, vertical and diagonal waves of random phase under noise, 12×12 grey, with their
/// classes: 0, 1, 2 and over again.
func waves(_ count: Int, seed: UInt64) -> (images: Tensor, labels: [Int32]) {
  let directions: [(row: Float, column: Float)] = [(1, 0), (0, 1), (0.7, 0.7)]
  var elements: [Float] = []
  for image in 0..<count {
    let draws = Randomness(seed: seed).stream(image).uniforms(1 + 144, in: 0...1)
    let direction = directions[image % 3]
    for pixel in 0..<144 {
      let place = direction.row * Float(pixel / 12) + direction.column * Float(pixel % 12)
      let wave = sin(1.3 * place + 2 * .pi * draws[0])
      elements.append(0.7 * wave + 0.6 * (draws[1 + pixel] - 0.5))
    }
  }
  return (Tensor(elements, shape: [count, 12, 12, 1]), (0..<count).map { Int32($0 % 3) })
}
