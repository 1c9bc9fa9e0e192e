import Foundation
import NeuralNetworks
import Tensors
import Testing
import VQVAE

@Suite struct AutoencoderTests {
  private func model(levels: Int) -> Autoencoder {
    Autoencoder(
      AutoencoderConfiguration(
        imageHeight: 16, imageWidth: 24, imageChannels: 1,
        levels: (0..<levels).map {
          .init(name: "level\($0)", downsampling: 2, vectorChannels: 3)
        }, channels: 8, residualBlocks: 1, residualChannels: 4),
      start: .random(Randomness(seed: 1)))
  }

  private let images = Tensor(
    (0..<2 * 16 * 24).map { sin(Float($0) * 0.37) }, shape: [2, 16, 24, 1])

  /// It is a VQ-VAE whose vectors are their own codes.
  @Test(arguments: 1...3) func allWeightsButCodebooksAreThoseOfAVQVAE(levels: Int) {
    let own = model(levels: levels)
    let quantizing = VQVAE(
      VQVAEConfiguration(
        imageHeight: 16, imageWidth: 24, imageChannels: 1,
        levels: (0..<levels).map {
          .init(name: "level\($0)", downsampling: 2, codebookSize: 4, codeChannels: 3)
        }, channels: 8, residualBlocks: 1, residualChannels: 4),
      start: .random(Randomness(seed: 1)))
    #expect(own.parameters.statistics.isEmpty)
    #expect(own.parameters.trained.map(\.name) == quantizing.parameters.trained.map(\.name))
    for (left, right) in zip(own.parameters.trained, quantizing.parameters.trained) {
      #expect(left.value.elements == right.value.elements, "\(left.name)")
    }
    #expect(own.reconstruct(images).shape == images.shape)
  }

  /// Nothing stands between the encoder and the gradient of the loss.
  @Test(arguments: 1...3) func gradientsAgreeWithDifferences(levels: Int) {
    let model = model(levels: levels)
    let tape = Tape()
    let pass = ForwardPass(recordingOn: tape, randomness: Randomness(seed: 0))
    tape.backward(from: model.loss(of: images, in: pass))
    for parameter in model.parameters.trained {
      guard let gradient = parameter.gradient, gradient.sumOfSquares() > 0 else {
        Issue.record("\(parameter.name) got no gradient")
        continue
      }
      let norm = gradient.sumOfSquares().squareRoot()
      let value = parameter.value
      // As for VAEs: one of these steps is neither too large for rectifiers nor too small for rounding.
      let excesses = [6e-2, 2e-2, 6e-3, 2e-3, 6e-4].map { step in
        let losses = [step, -step].map { step in
          parameter.value.add(gradient, scale: Float(step / norm))
          defer { parameter.value = value }
          return Double(model.loss(of: images, in: .inference).scalar)
        }
        return abs((losses[0] - losses[1]) / (2 * step) - norm) - (0.06 * norm + 1e-7 / step)
      }
      #expect(excesses.contains { $0 < 0 }, "\(parameter.name): \(norm), off by \(excesses)")
    }
  }

  @Test func impossibleConfigurationsAreNamed() {
    var configuration = model(levels: 2).configuration
    #expect(configuration.problem == nil)
    configuration.levels[0].vectorChannels = 0
    #expect(configuration.problem != nil)
    configuration.levels[0].vectorChannels = 1
    configuration.imageWidth = 25
    #expect(configuration.problem != nil)
  }
}
