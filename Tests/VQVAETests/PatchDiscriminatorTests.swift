import NeuralNetworks
import Tensors
import Testing
import VQVAE

private func configuration(side: Int) -> VQVAEConfiguration {
  VQVAEConfiguration(
    imageHeight: side, imageWidth: side, imageChannels: 3,
    levels: ["top", "bottom"].map {
      .init(name: $0, downsampling: 2, codebookSize: 8, codeChannels: 4)
    }, channels: 8, residualBlocks: 1, residualChannels: 4)
}

private func noise(_ shape: [Int], seed: UInt64) -> Tensor {
  Tensor(Randomness(seed: seed).uniforms(shape.reduce(1, *), in: -1...1), shape: shape)
}

@Suite struct PatchDiscriminatorTests {
  @Test(arguments: [(28, 7), (30, 8), (64, 16)]) func everyPatchHasAScore(side: Int, map: Int) {
    let discriminator = PatchDiscriminator(
      imageChannels: 3, channels: 4, start: .random(Randomness(seed: 1)))
    let scores = discriminator.scores(of: noise([2, side, side, 3], seed: 1), in: .inference)
    #expect(scores.shape == [2, map, map, 1])
  }

  @Test func itLearnsToTellNoiseFromWhatIsSmooth() {
    let discriminator = PatchDiscriminator(
      imageChannels: 3, channels: 4, start: .random(Randomness(seed: 1)))
    let optimizer = Adam(discriminator.parameters, beta1: 0.5, beta2: 0.9)
    var losses: [Float] = []
    for step in 1...60 {
      let tape = Tape()
      let pass = ForwardPass(recordingOn: tape, randomness: Randomness(seed: 0))
      let real = noise([4, 16, 16, 3], seed: UInt64(step))
      let smooth = noise([4, 2, 2, 3], seed: UInt64(step)).upsampled(by: 8)
      let loss = discriminator.loss(real: real, reconstructed: smooth, in: pass)
      tape.backward(from: loss)
      optimizer.step(number: step, rate: 3e-3)
      losses.append(loss.scalar)
    }
    #expect(abs(losses[0] - 1) < 0.1)
    #expect(losses[59] < 0.1, "\(losses[59])")
  }

  /// Each of the two losses has a gradient in one network only.
  @Test func neitherLossChangesTheOther() {
    let discriminator = PatchDiscriminator(
      imageChannels: 3, channels: 4, start: .random(Randomness(seed: 1)))
    let model = VQVAE(configuration(side: 16), start: .random(Randomness(seed: 2)))
    let images = noise([2, 16, 16, 3], seed: 3)
    func gradients(_ loss: (Tensor, ForwardPass) -> Tensor) -> (model: Bool, discriminator: Bool) {
      let tape = Tape()
      let pass = ForwardPass(recordingOn: tape, randomness: Randomness(seed: 0))
      tape.backward(from: loss(model.loss(of: images, in: pass).output, pass))
      let learning = [model.parameters, discriminator.parameters].map { store in
        defer { store.clearGradients() }
        return store.trained.contains { $0.gradient?.elements.contains { $0 != 0 } == true }
      }
      return (learning[0], learning[1])
    }
    #expect(
      gradients { output, _ in discriminator.adversarialLoss(of: output) } == (true, false))
    #expect(
      gradients { output, pass in
        discriminator.loss(real: images, reconstructed: output, in: pass)
      } == (false, true))
  }

  /// Against the gradients of the whole network.
  @Test func theBalanceIsThatOfTheGradientsInTheLastLayer() throws {
    let model = VQVAE(configuration(side: 16), start: .random(Randomness(seed: 2)))
    let images = noise([3, 16, 16, 3], seed: 3)
    let closeness = noise([3, 16, 16, 3], seed: 4)
    let adversarial = noise([3, 16, 16, 3], seed: 5)
    let last = try #require(
      model.parameters.trained.first { $0.name == "decoder.doubling.0.weight" })
    func norm(_ gradient: Tensor) throws -> Double {
      let tape = Tape()
      let pass = ForwardPass(recordingOn: tape, randomness: Randomness(seed: 0))
      tape.backward(from: model.loss(of: images, in: pass).output, seed: gradient)
      defer { model.parameters.clearGradients() }
      return try #require(last.gradient).sumOfSquares().squareRoot()
    }
    let expected = try norm(closeness) / norm(adversarial)
    let pass = ForwardPass(recordingOn: Tape(), randomness: Randomness(seed: 0))
    let loss = model.loss(of: images, in: pass)
    let balance = Double(
      model.adversarialBalance(
        in: loss, closeness: closeness, adversarial: adversarial, pass: pass))
    #expect(abs(balance / expected - 1) < 1e-4, "\(balance), not \(expected)")
    let nothing = Tensor(zeros: closeness.shape)
    #expect(
      model.adversarialBalance(in: loss, closeness: closeness, adversarial: nothing, pass: pass)
        == 1e4)
  }
}
