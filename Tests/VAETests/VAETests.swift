import Foundation
import NeuralNetworks
import Tensors
import Testing
import VAE

private func configuration(_ likelihood: VAEConfiguration.Likelihood) -> VAEConfiguration {
  VAEConfiguration(
    imageHeight: 12, imageWidth: 16, imageChannels: 1, downsampling: 4, channels: 8,
    residualBlocks: 1, residualChannels: 4, latents: 5, likelihood: likelihood)
}

private func model(
  _ likelihood: VAEConfiguration.Likelihood, beta: Float = 1,
  start: ParameterStore.Start = .random(Randomness(seed: 1))
) -> VAE {
  var configuration = configuration(likelihood)
  configuration.beta = beta
  return VAE(configuration, start: start)
}

/// Waves of random direction, from −1 to 1.
private func images(_ count: Int) -> Tensor {
  let elements = (0..<count).flatMap { image in
    let draw = Randomness(seed: 8).stream(image).uniforms(3, in: 0...1)
    return (0..<12 * 16).map { pixel in
      sin(draw[0] * Float(pixel / 16) + draw[1] * Float(pixel % 16) + 6 * draw[2])
    }
  }
  return Tensor(elements, shape: [count, 12, 16, 1])
}

private func streams(_ count: Int) -> [Randomness] {
  (0..<count).map { Randomness(seed: 2).stream($0) }
}

@Suite struct VAETests {
  private static let dimensions = 12.0 * 16

  /// A model of zeros: q(z|x) is the prior, every logit and every mean is zero.
  @Test func theBoundOfAModelOfZerosIsKnown() {
    let x = images(3)
    let bernoulli = model(.bernoulli, start: .zero(limit: .max))
      .loss(of: x, streams: streams(3), in: .inference)
    #expect(bernoulli.divergence.scalar == 0)
    #expect(abs(bernoulli.evidenceLowerBound + Self.dimensions * log(2)) < 1e-3)
    #expect(abs(Double(bernoulli.total.scalar) - log(2)) < 1e-6)

    let gaussian = model(.gaussian, start: .zero(limit: .max))
      .loss(of: x, streams: streams(3), in: .inference)
    let variance = x.sumOfSquares() / Double(x.count)
    let expected = -Self.dimensions / 2 * (log(2 * .pi * variance) + 1)
    #expect(abs(gaussian.evidenceLowerBound - expected) < 1e-3)
  }

  @Test(arguments: [0, 1, 4] as [Float]) func betaWeighsTheDivergence(beta: Float) throws {
    let vae = model(.bernoulli, beta: beta, start: .zero(limit: .max))
    let bias = try #require(vae.parameters.all.first { $0.name == "posterior.bias" })
    // N(2, 1) five times: a divergence of 2 nats each, and still logits of zero.
    bias.value = Tensor([2, 2, 2, 2, 2, 0, 0, 0, 0, 0], shape: [10])
    let loss = vae.loss(of: images(2), streams: streams(2), in: .inference)
    #expect(loss.divergence.scalar == 10)
    let expected = log(2) + Double(beta) * 10 / Self.dimensions
    #expect(abs(Double(loss.total.scalar) - expected) < 1e-6)
    #expect(abs(loss.evidenceLowerBound + Self.dimensions * log(2) + 10) < 1e-3)
  }

  @Test(arguments: VAEConfiguration.Likelihood.allCases)
  func gradientsOfTheLossAgreeWithDifferences(
    likelihood: VAEConfiguration.Likelihood
  ) throws {
    let vae = model(likelihood)
    // At first the encoder hardly matters, and its gradients would drown in rounding.
    let posterior = try #require(vae.parameters.all.first { $0.name == "posterior.weight" })
    posterior.value.scale(by: 10)
    expectGradientsAgreeWithDifferences(of: vae, images: images(3), streams: streams(3))
  }

  @Test(arguments: VAEConfiguration.Likelihood.allCases)
  func trainingRaisesTheBound(likelihood: VAEConfiguration.Likelihood) {
    let vae = model(likelihood)
    let optimizer = Adam(vae.parameters)
    let x = images(8)
    var bounds: [Double] = []
    for step in 1...200 {
      let tape = Tape()
      let pass = ForwardPass(recordingOn: tape, randomness: Randomness(seed: 0))
      let streams = (0..<8).map { Randomness(seed: 3).stream(step).stream($0) }
      let loss = vae.loss(of: x, streams: streams, in: pass)
      tape.backward(from: loss.total)
      optimizer.step(number: step, rate: 3e-3)
      bounds.append(loss.evidenceLowerBound)
    }
    #expect(bounds[199] > bounds[0] + 25, "\(bounds[0]) became \(bounds[199])")
    let error = vae.reconstruct(x).meanSquaredError(to: x).scalar
    #expect(error < 0.5 * Float(x.sumOfSquares()) / Float(x.count))
  }

  @Test func imagesDependOnTheirStreamsAlone() {
    let vae = model(.bernoulli)
    let whole = vae.decode(vae.drawLatents(streams(7))).elements
    let parts = streams(7).flatMap { vae.decode(vae.drawLatents([$0])).elements }
    #expect(whole == parts)
    #expect(whole.allSatisfy { (-1...1).contains($0) })
    let latents = vae.drawLatents((0..<20_000).map { Randomness(seed: 5).stream($0) })
    #expect(abs(latents.sumOfSquares() / Double(latents.count) - 1) < 0.02)
  }

  @Test func binarizationKeepsTheMeanOfGreyAndAllOfBlackAndWhite() {
    let grey = Tensor(repeating: -0.5, shape: [4, 50, 50, 1]).binarized(streams(4))
    #expect(grey.elements.allSatisfy { $0.magnitude == 1 })
    let white = grey.elements.count { $0 == 1 }
    #expect(abs(Double(white) - 2500) < 5 * (10_000 * 0.25 * 0.75).squareRoot())
    #expect(grey.elements[..<2500] != grey.elements[2500..<5000])
    for colour in [-1, 1] as [Float] {
      let plain = Tensor(repeating: colour, shape: [1, 50, 50, 1])
      #expect(plain.binarized(streams(1)).elements == plain.elements)
    }
  }

  @Test func impossibleConfigurationsAreNamed() {
    let possible = configuration(.bernoulli)
    #expect(possible.problem == nil)
    let changes: [(WritableKeyPath<VAEConfiguration, Int>, Int)] = [
      (\.latents, 0), (\.downsampling, 3), (\.channels, 1), (\.residualChannels, 0),
      (\.residualBlocks, 101), (\.imageHeight, 10), (\.imageHeight, 0), (\.imageHeight, .max),
      (\.imageWidth, 8192), (\.imageChannels, 2),
    ]
    for (field, value) in changes {
      var impossible = possible
      impossible[keyPath: field] = value
      #expect(impossible.problem != nil, "\(field) of \(value)")
    }
  }
}
