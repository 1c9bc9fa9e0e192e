import Tensors
import Testing

/// Convolutions of bfloat16s are those of float32s that were rounded first, whose products are exact.
@Suite struct BFloat16Tests {
  @Test(arguments: ConvolutionTests.cases) func convolution(_ test: ConvolutionCase) {
    var random = SplitMix64(seed: 11)
    let inputs = [
      random.tensor(test.inputShape),
      random.tensor([test.taps.count, test.inputs, test.outputs], scale: test.weightScale),
    ].map { rounded($0.tensor) }
    expectSame(inputs, outputShape: test.outputShape) {
      $0[0].convolved(
        with: $0[1],
        geometry: ConvolutionGeometry(taps: test.taps, stride: test.stride, arithmetic: $1))
    }
  }

  @Test(arguments: ConvolutionTests.cases) func transposedConvolution(_ test: ConvolutionCase) {
    var random = SplitMix64(seed: 12)
    let shape = [test.images, test.height, test.width, test.outputs]
    let inputs = [
      random.tensor(shape),
      random.tensor([test.taps.count, test.inputs, test.outputs], scale: test.weightScale),
    ].map { rounded($0.tensor) }
    expectSame(
      inputs,
      outputShape: [
        test.images, test.height * test.stride, test.width * test.stride, test.inputs,
      ]
    ) {
      $0[0].convolvedTransposed(
        with: $0[1],
        geometry: ConvolutionGeometry(taps: test.taps, stride: test.stride, arithmetic: $1))
    }
  }

  /// Numbers that need more than 8 bits lose them, and no more.
  @Test func roundingCostsAsMuchAsEightBitsSay() {
    var random = SplitMix64(seed: 13)
    let (x, weights) = (random.tensor([2, 6, 6, 33]).tensor, random.tensor([5, 33, 20]).tensor)
    let (exact, short) = (
      x.convolved(with: weights, geometry: .init(taps: .scattered)),
      x.convolved(with: weights, geometry: .init(taps: .scattered, arithmetic: .bfloat16))
    )
    let error = largestDifference(exact, short) / (exact.elements.map(abs).max() ?? 0)
    #expect(error > 1e-4 && error < 1.0 / 128, "\(error)")
  }

  /// Compares outputs and both gradients of an operation in the two arithmetics.
  private func expectSame(
    _ inputs: [Tensor], outputShape: [Int], _ operation: ([Tensor], Arithmetic) -> Tensor
  ) {
    var random = SplitMix64(seed: 14)
    let seed = rounded(random.tensor(outputShape).tensor)
    func results(_ arithmetic: Arithmetic) -> [Tensor] {
      let tape = Tape()
      let watched = inputs.map { tape.watch($0) }
      let output = operation(watched, arithmetic)
      let gradients = tape.backward(from: output, seed: seed, gradientsOf: watched)
      return [output.detached] + gradients.compactMap { $0 }
    }
    let (long, short) = (results(.float32), results(.bfloat16))
    #expect(long.count == 3 && short.count == 3)
    for (expected, actual) in zip(long, short) {
      let largest = expected.elements.map(abs).max() ?? 0
      #expect(expected.shape == actual.shape)
      #expect(largestDifference(expected, actual) <= 2e-5 * largest)
    }
  }

  private func largestDifference(_ a: Tensor, _ b: Tensor) -> Float {
    zip(a.elements, b.elements).map { abs($0 - $1) }.max() ?? 0
  }

  /// The numbers with 8 bits each.
  private func rounded(_ x: Tensor) -> Tensor {
    Tensor(
      x.elements.map { Float(bitPattern: ($0.bitPattern &+ 0x7FFF) & 0xFFFF_0000) }, shape: x.shape)
  }
}
