import Foundation
import Tensors
import Testing

@Suite struct VariationalTests {
  static let shapes = [(1, 1), (3, 5), (7, 32), (130, 3)]

  @Test(arguments: shapes) func drawsAndTheirDerivatives(rows: Int, latents: Int) {
    var random = SplitMix64(seed: 60)
    let noise = random.tensor([rows, latents], scale: 2)
    expectAgreement([random.tensor([rows, 2 * latents], scale: 2), noise]) {
      $0[0].gaussianDraws(noise: $0[1])
    } reference: {
      Reference.gaussianDraws($0[0], noise: $0[1])
    }
  }

  @Test(arguments: shapes) func unitsOfOthersAndTheirDerivatives(rows: Int, latents: Int) {
    var random = SplitMix64(seed: 64)
    let gaussians = (0..<2).map { _ in random.tensor([rows, 2 * latents], scale: 2) }
    expectAgreement(gaussians) {
      $0[0].inUnits(of: $0[1])
    } reference: {
      Reference.inUnits($0[0], of: $0[1])
    }
    let own = gaussians[0].tensor
    #expect(own.inUnits(of: own).elements.allSatisfy { $0 == 0 })
  }

  /// D_KL(N(1, 2²) ‖ N(3, 4²)) = log 4/2 + (2² + 2²)/(2 · 4²) − ½.
  @Test func theDivergenceOfTwoGaussiansIsKnown() {
    let own = Tensor([1, Float(2 * log(2.0))], shape: [1, 2])
    let other = Tensor([3, Float(2 * log(4.0))], shape: [1, 2])
    let divergence = own.inUnits(of: other).gaussianDivergence().scalar
    #expect(abs(divergence - Float(log(2.0) + 0.25 - 0.5)) < 1e-6)
  }

  @Test(arguments: shapes) func divergenceAndItsDerivative(rows: Int, latents: Int) {
    var random = SplitMix64(seed: 61)
    let posterior = random.tensor([rows, 2 * latents], scale: 2)
    expectAgreement([posterior]) {
      $0[0].gaussianDivergence()
    } reference: {
      let divergences = Reference.gaussianDivergences($0[0]).elements
      return DoubleTensor([divergences.reduce(0, +) / Double(rows)], shape: [])
    }
    expectClose(posterior.tensor.gaussianDivergences(), Reference.gaussianDivergences(posterior))
  }

  /// The memory of what is summed must not go to another thread meanwhile.
  @Test func threadsDoNotDisturbEachOther() {
    nonisolated(unsafe) var wrong = [0, 0, 0, 0]
    DispatchQueue.concurrentPerform(iterations: 4) { thread in
      let mean = Float(thread)
      let posterior = Tensor((0..<600).map { $0 % 2 == 0 ? mean : 0 }, shape: [300, 2])
      for _ in 0..<20_000 where posterior.gaussianDivergence().scalar != mean * mean / 2 {
        wrong[thread] += 1
      }
    }
    #expect(wrong == [0, 0, 0, 0])
  }

  @Test func divergencesThatAreKnown() {
    // N(0, 1) itself; N(3, 1): 3²/2; N(0, e²): (e² − 1 − 2)/2.
    let posterior = Tensor([0, 0, 3, 0, 0, 2], shape: [3, 2])
    let divergences = posterior.gaussianDivergences().elements
    #expect(divergences[0] == 0 && divergences[1] == 4.5)
    #expect(abs(divergences[2] - Float((exp(2.0) - 3) / 2)) < 1e-6)
  }

  @Test(arguments: [(1, 1), (3, 35), (2, 4097)])
  func bernoulliLikelihoodAndItsDerivative(images: Int, pixelCount: Int) {
    var random = SplitMix64(seed: 62)
    let logits = random.tensor([images, pixelCount], scale: 6)
    let pixels = DoubleTensor(
      random.tensor([images, pixelCount]).elements.map { $0 < 0 ? -1 : 1 }, shape: logits.shape)
    expectAgreement([logits]) {
      $0[0].bernoulliNegativeLogLikelihood(of: pixels.tensor)
    } reference: {
      Reference.bernoulli($0[0], pixels: pixels)
    }
  }

  @Test func bernoulliLikelihoodOfExtremeLogits() {
    let logits = Tensor([1000, -1000, 1000, -1000, 0], shape: [1, 5])
    let pixels = Tensor([1, -1, -1, 1, 1], shape: [1, 5])
    let tape = Tape()
    let watched = tape.watch(logits)
    let loss = watched.bernoulliNegativeLogLikelihood(of: pixels)
    #expect(abs(loss.scalar - (2000 + log(2))) < 1e-3)
    let gradient = tape.backward(from: loss, gradientsOf: [watched])[0]
    #expect(gradient?.elements == [0, 0, 1, -1, -0.5])
  }

  @Test(arguments: [(1, 2), (3, 35), (2, 4097)])
  func gaussianLikelihoodAndItsDerivative(images: Int, pixelCount: Int) {
    var random = SplitMix64(seed: 63)
    let pixels = random.tensor([images, pixelCount])
    let means = random.tensor([images, pixelCount])
    // Once the variance that fits best, once the least that is allowed.
    for minimum in [0.001, 3] {
      expectAgreement([means]) {
        $0[0].gaussianNegativeLogLikelihood(of: pixels.tensor) { max($0, Float(minimum)) }
      } reference: {
        let error = Reference.meanSquaredError($0[0], pixels).elements[0]
        return Reference.gaussian(
          $0[0], pixels: pixels, variance: max(error, Double(Float(minimum))))
      }
    }
  }
}
