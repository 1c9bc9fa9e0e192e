import Foundation
import NeuralNetworks
import Tensors
import Testing
import VAE

/// VAEs of two levels of latents.
@Suite struct TwoLevelTests {
  private func streams(_ count: Int) -> [Randomness] {
    (0..<count).map { Randomness(seed: 2).stream($0) }
  }

  private func model(
    _ likelihood: VAEConfiguration.Likelihood, latents: Int = 3, beta: Float = 1
  ) -> VAE {
    let vae = VAE(
      VAEConfiguration(
        imageHeight: 4, imageWidth: 4, imageChannels: 1, downsampling: 2, channels: 4,
        residualBlocks: 0, residualChannels: 4, latents: latents, topLatents: latents,
        likelihood: likelihood, beta: beta), start: .random(Randomness(seed: 4)))
    // At first the latents hardly matter.
    for parameter in vae.parameters.trained where parameter.name.hasSuffix("weight") {
      parameter.value.scale(by: 3)
    }
    return vae
  }

  private func images(_ count: Int) -> Tensor {
    Tensor((0..<count * 16).map { $0 * $0 % 7 < 3 ? 1 : -1 }, shape: [count, 4, 4, 1])
  }

  /// Where β is small, most of what the encoder learns comes through the draws from both levels.
  @Test(arguments: VAEConfiguration.Likelihood.allCases, [0.1, 1] as [Float])
  func gradientsOfTheLossAgreeWithDifferences(
    likelihood: VAEConfiguration.Likelihood, beta: Float
  ) {
    expectGradientsAgreeWithDifferences(
      of: model(likelihood, beta: beta), images: images(3), streams: streams(3))
  }

  /// With one number in each level, all expectations are integrals over a plane.
  @Test func theBoundIsTheIntegralAndBelowTheLikelihood() throws {
    let vae = model(.bernoulli, latents: 1)
    let x = images(1)
    let step = 0.05
    let grid = stride(from: -9.0, through: 9, by: step).map { $0 }

    func density(_ value: Double, _ mean: Double, _ logVariance: Double) -> Double {
      exp(-(value - mean) * (value - mean) / (2 * exp(logVariance)))
        / (2 * .pi * exp(logVariance)).squareRoot()
    }
    func priorOfLower(_ z1: Double) throws -> (mean: Double, logVariance: Double) {
      let row = try #require(vae.conditionalPrior(Tensor([Float(z1)], shape: [1, 1]))).elements
      return (Double(row[0]), Double(row[1]))
    }
    let priors = try grid.map(priorOfLower)
    // log p(x|z₂), which the upper level has no part in.
    let origin = try priorOfLower(0)
    let logLikelihoods = grid.map { z2 in
      let u = (z2 - origin.mean) * exp(-origin.logVariance / 2)
      let means = vae.decode(Tensor([0, Float(u)], shape: [1, 2])).elements
      return zip(means, x.elements).reduce(0.0) { $0 + log((1 + Double($1.0 * $1.1)) / 2) }
    }

    var (likelihood, bound) = (0.0, 0.0)
    let upper = vae.infer(x).gaussians[0].elements.map(Double.init)
    for (z1, prior) in zip(grid, priors) {
      let ofUpper = density(z1, 0, 0)
      for (z2, logLikelihood) in zip(grid, logLikelihoods) {
        likelihood +=
          ofUpper * density(z2, prior.mean, prior.logVariance) * exp(logLikelihood) * step * step
      }
      let noise = Float((z1 - upper[0]) * exp(-upper[1] / 2))
      let weight = density(z1, upper[0], upper[1])
      guard weight > 1e-12 else { continue }
      bound += weight * log(ofUpper / weight) * step
      let lower = vae.infer(x, noise: Tensor([noise, 0], shape: [1, 2])).gaussians[1].elements
      let mean = prior.mean + Double(lower[0]) * exp(prior.logVariance / 2)
      let logVariance = prior.logVariance + Double(lower[1])
      for (z2, logLikelihood) in zip(grid, logLikelihoods) {
        let share = density(z2, mean, logVariance)
        guard share > 1e-12 else { continue }
        let ofPrior = density(z2, prior.mean, prior.logVariance)
        bound += weight * share * (logLikelihood + log(ofPrior / share)) * step * step
      }
    }

    let draws = 20_000
    let many = Tensor((0..<draws).flatMap { _ in x.elements }, shape: [draws, 4, 4, 1])
    let loss = vae.loss(of: many, streams: streams(draws), in: .inference)
    #expect(abs(loss.evidenceLowerBound - bound) < 0.05, "\(loss.evidenceLowerBound), \(bound)")
    #expect(bound < log(likelihood), "\(bound), \(log(likelihood))")
    // Something is at stake: the levels hang together, and the bound is not all likelihood.
    #expect(loss.divergence.scalar > 0.01 && log(likelihood) < -1)
    #expect(abs(priors[0].mean - priors[grid.count - 1].mean) > 0.1)
  }

  @Test func trainingRaisesTheBound() {
    let vae = model(.bernoulli)
    let optimizer = Adam(vae.parameters)
    var bounds: [Double] = []
    for step in 1...300 {
      let tape = Tape()
      let pass = ForwardPass(recordingOn: tape, randomness: Randomness(seed: 0))
      let streams = (0..<8).map { Randomness(seed: 3).stream(step).stream($0) }
      let loss = vae.loss(of: images(8), streams: streams, in: pass)
      tape.backward(from: loss.total)
      optimizer.step(number: step, rate: 3e-3)
      bounds.append(loss.evidenceLowerBound)
    }
    #expect(bounds[299] > bounds[0] + 3, "\(bounds[0]) became \(bounds[299])")
  }

  @Test func imagesDependOnTheirStreamsAlone() {
    let vae = model(.bernoulli)
    let whole = vae.decode(vae.drawLatents(streams(7))).elements
    #expect(whole == streams(7).flatMap { vae.decode(vae.drawLatents([$0])).elements })
    // What an image's latents decode to is its reconstruction.
    #expect(
      vae.decode(vae.infer(images(2)).latents).elements == vae.reconstruct(images(2)).elements)
  }

  @Test func impossibleConfigurationsAreNamed() {
    var configuration = model(.gaussian).configuration
    #expect(configuration.problem == nil)
    configuration.topLatents = 0
    #expect(configuration.problem == "use 1 to 4096 latents, not 0")
  }
}
