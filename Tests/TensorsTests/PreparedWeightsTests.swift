import Tensors
import Testing

/// Weights that keep what kernels need them as give the same bits, also after they have changed.
@Suite struct PreparedWeightsTests {
  @Test(arguments: ConvolutionTests.cases + ConvolutionTests.cases.map(\.inBFloat16))
  func keptFormsFollowTheWeights(_ test: ConvolutionCase) {
    var random = SplitMix64(seed: 21)
    let x = random.tensor(test.inputShape).tensor
    let y = random.tensor([test.images, test.height, test.width, test.outputs]).tensor
    var weights = random.tensor([test.taps.count, test.inputs, test.outputs]).tensor
    func bits(keepsWeights: Bool) -> [[UInt32]] {
      [
        x.convolved(with: weights, geometry: test.geometry, keepsWeights: keepsWeights).bits,
        y.convolvedTransposed(with: weights, geometry: test.geometry, keepsWeights: keepsWeights)
          .bits,
      ]
    }
    let before = bits(keepsWeights: false)
    #expect(bits(keepsWeights: true) == before)
    #expect(bits(keepsWeights: true) == before)
    let copy = weights
    weights.scale(by: 2)
    let after = bits(keepsWeights: false)
    #expect(after != before)
    #expect(bits(keepsWeights: true) == after)
    // In place this time: nothing shares them any more.
    withExtendedLifetime(copy) {}
    weights.scale(by: 0.5)
    #expect(bits(keepsWeights: true) == before)
  }

  @Test func formsAreMadeOnceAndGoWithTheWeights() async {
    await #expect(processExitsWith: .success) {
      var random = SplitMix64(seed: 22)
      let x = random.tensor([1, 8, 8, 64]).tensor
      var weights = random.tensor([9, 64, 64]).tensor
      func bytesInUse(keepsWeights: Bool) -> Int {
        _ = x.convolved(
          with: weights, geometry: .init(taps: .square3), keepsWeights: keepsWeights)
        return MemoryPool.shared.statistics.bytesInUse
      }
      let before = bytesInUse(keepsWeights: false)
      let kept = bytesInUse(keepsWeights: true)
      #expect(kept > before + weights.count * 4, "\(kept) after \(before)")
      #expect(bytesInUse(keepsWeights: true) == kept)
      weights.scale(by: 2)
      #expect(bytesInUse(keepsWeights: false) == before)
    }
  }
}
