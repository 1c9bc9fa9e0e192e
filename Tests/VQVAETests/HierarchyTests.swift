import Foundation
import NeuralNetworks
import Tensors
import Testing
import VQVAE

private func configuration(levels: Int, learning: VQVAEConfiguration.CodebookLearning)
  -> VQVAEConfiguration
{
  VQVAEConfiguration(
    imageHeight: 32, imageWidth: 48, imageChannels: 3,
    levels: (0..<levels).map {
      .init(
        name: "level\($0)", downsampling: $0 == levels - 1 ? 4 : 2, codebookSize: 16,
        codeChannels: 6)
    }, channels: 16, residualBlocks: 1, residualChannels: 8, codebookLearning: learning)
}

/// Waves of random direction and phase, which a small model can learn.
private func images(_ count: Int) -> Tensor {
  var elements: [Float] = []
  for image in 0..<count {
    let draw = Randomness(seed: 8).stream(image).uniforms(5, in: 0...1)
    for pixel in 0..<32 * 48 {
      let wave = draw[0] * Float(pixel / 48) * 0.4 + draw[1] * Float(pixel % 48) * 0.4
      elements += (2..<5).map { sin(wave + 6 * draw[$0]) }
    }
  }
  return Tensor(elements, shape: [count, 32, 48, 3])
}

@Suite struct HierarchyTests {
  @Test(arguments: 1...3, VQVAEConfiguration.CodebookLearning.allCases)
  func decodingTheCodesGivesTheReconstruction(
    levels: Int, learning: VQVAEConfiguration.CodebookLearning
  ) {
    let model = VQVAE(
      configuration(levels: levels, learning: learning), start: .random(Randomness(seed: 1)))
    let batch = images(2)
    let loss = model.loss(of: batch, in: .inference)
    let codes = model.encode(batch)
    #expect(codes == loss.codes)
    #expect(model.decode(codes, images: 2).elements == loss.output.elements)
    for (level, codes) in codes.enumerated() {
      let map = model.configuration.mapSize(ofLevel: level)
      #expect(codes.count == 2 * map.height * map.width)
      #expect(codes.allSatisfy { (0..<16).contains($0) })
    }
    #expect(loss.output.shape == batch.shape)
  }

  @Test(arguments: 1...3, VQVAEConfiguration.CodebookLearning.allCases)
  func trainingReducesTheErrorAndUsesTheCodes(
    levels: Int, learning: VQVAEConfiguration.CodebookLearning
  ) {
    let model = VQVAE(
      configuration(levels: levels, learning: learning), start: .random(Randomness(seed: 1)))
    let optimizer = Adam(model.parameters)
    let batch = images(4)
    var errors: [Float] = []
    for step in 1...150 {
      let randomness = Randomness(seed: 2).stream(step)
      let tape = Tape()
      let pass = ForwardPass(recordingOn: tape, randomness: randomness)
      let loss = model.loss(of: batch, in: pass, learning: randomness)
      tape.backward(from: loss.total)
      optimizer.step(number: step, rate: 2e-3)
      errors.append(loss.reconstruction.scalar)
    }
    #expect(errors[149] < 0.5 * errors[0])
    for (level, codes) in model.encode(batch).enumerated() {
      var counts = [Int](repeating: 0, count: 16)
      for code in codes { counts[Int(code)] += 1 }
      #expect(perplexity(counts: counts) > 2, "level \(level)")
    }
  }

  /// Without a commitment loss, only the decoder tells a level's projection what to say.
  @Test(arguments: [nil, 0.999]) func levelDropoutHidesTheLowerLevels(rate: Float?) {
    var hiding = configuration(levels: 2, learning: .movingAverage)
    hiding.commitment = 0
    hiding.levelDropout = rate
    let model = VQVAE(hiding, start: .random(Randomness(seed: 1)))
    let tape = Tape()
    let randomness = Randomness(seed: 0)
    let pass = ForwardPass(recordingOn: tape, randomness: randomness)
    tape.backward(from: model.loss(of: images(2), in: pass, learning: randomness).total)
    for (level, learns) in [("level0", true), ("level1", rate == nil)] {
      let projections = model.parameters.trained.filter { $0.name.hasPrefix("\(level).projection") }
      #expect(!projections.isEmpty)
      for parameter in projections {
        let gradient = parameter.gradient?.elements ?? []
        #expect(gradient.contains { $0 != 0 } == learns, "\(parameter.name)")
      }
    }
  }

  @Test func codeNoiseIsSeenByTheDecoderOnlyAndInTrainingOnly() {
    var noisy = configuration(levels: 3, learning: .movingAverage)
    noisy.commitment = 0
    noisy.codeNoise = 0.999
    let model = VQVAE(noisy, start: .random(Randomness(seed: 1)))
    let batch = images(2)
    let randomness = Randomness(seed: 0)
    let tape = Tape()
    let pass = ForwardPass(recordingOn: tape, randomness: randomness)
    let loss = model.loss(of: batch, in: pass, learning: randomness)
    tape.backward(from: loss.total)
    // Hardly a code is shown as it is, so hardly anything tells the projections what to say.
    func norm(_ name: String) -> Double {
      model.parameters.trained.filter { $0.name.contains(name) }
        .reduce(0) { $0 + ($1.gradient?.sumOfSquares() ?? 0) }
    }
    #expect(norm("projection") < 0.01 * norm("decoder"))
    #expect(model.loss(of: batch, in: .inference, learning: nil).codes == model.encode(batch))
    #expect(
      model.loss(of: batch, in: .inference).output.elements
        == model.decode(model.encode(batch), images: 2).elements)
  }

  @Test(arguments: VQVAEConfiguration.QuantizerGradient.allCases)
  func threeLevelsLearnWithAllThatDisturbsThem(gradient: VQVAEConfiguration.QuantizerGradient) {
    var disturbed = configuration(levels: 3, learning: .movingAverage)
    disturbed.quantizerGradient = gradient
    disturbed.codeNoise = 0.1
    disturbed.levelDropout = 0.2
    let model = VQVAE(disturbed, start: .random(Randomness(seed: 1)))
    let optimizer = Adam(model.parameters)
    let batch = images(4)
    let before = model.loss(of: batch, in: .inference).reconstruction.scalar
    for step in 1...200 {
      let randomness = Randomness(seed: 2).stream(step)
      let tape = Tape()
      let pass = ForwardPass(recordingOn: tape, randomness: randomness)
      tape.backward(from: model.loss(of: batch, in: pass, learning: randomness).total)
      optimizer.step(number: step, rate: 2e-3)
    }
    let after = model.loss(of: batch, in: .inference).reconstruction.scalar
    #expect(after < 0.6 * before, "\(before) to \(after)")
  }

  @Test func everyParameterReceivesAGradient() {
    let model = VQVAE(
      configuration(levels: 3, learning: .codebookLoss), start: .random(Randomness(seed: 1)))
    let tape = Tape()
    let pass = ForwardPass(recordingOn: tape, randomness: Randomness(seed: 0))
    tape.backward(from: model.loss(of: images(1), in: pass).total)
    for parameter in model.parameters.trained {
      let gradient = parameter.gradient?.elements ?? []
      #expect(gradient.contains { $0 != 0 }, "\(parameter.name)")
    }
  }

  @Test func perplexityCountsTheCodesInUse() {
    #expect(abs(perplexity(counts: [5, 5, 0, 5, 5]) - 4) < 1e-9)
    #expect(abs(perplexity(counts: [7, 0]) - 1) < 1e-9)
    #expect(perplexity(counts: [0, 0]) == 0)
  }

  @Test(arguments: [(30, 4), (32, 3), (32, 0)])
  func impossibleConfigurationsAreNamed(height: Int, downsampling: Int) {
    var impossible = configuration(levels: 1, learning: .movingAverage)
    impossible.imageHeight = height
    impossible.levels[0].downsampling = downsampling
    #expect(impossible.problem != nil)
  }
}
