import Tensors
import Testing

/// Two processes that share a batch evenly add up what one alone has, bit for bit: sums over a batch are
/// those over its first half plus those over its second.
@Suite struct SharedBatchTests {
  /// Images, their heights and widths: just enough pixels, and tiles of minimal filtering, or more.
  private static let sizes = [(64, 4, 4), (64, 7, 7), (32, 8, 9), (12, 16, 16), (2, 40, 30)]

  @Test(arguments: sizes, [Taps.pixel, .square3, .causal])
  func convolutions(size: (Int, Int, Int), taps: Taps) {
    for (inputs, outputs) in [(3, 17), (16, 20)] {
      expectSumOfHalves(size, inputs, outputs, weights: [taps.count, inputs, outputs]) {
        $0.convolved(
          with: $1, bias: $2, activation: .elu, geometry: ConvolutionGeometry(taps: taps))
      }
    }
  }

  @Test(arguments: [(64, 8, 8), (64, 14, 14), (2, 64, 60)])
  func stridedConvolutions(size: (Int, Int, Int)) {
    for (inputs, outputs) in [(3, 17), (16, 20)] {
      expectSumOfHalves(size, inputs, outputs, weights: [16, inputs, outputs]) {
        $0.convolved(
          with: $1, bias: $2, activation: .relu,
          geometry: ConvolutionGeometry(taps: .square4, stride: 2))
      }
    }
  }

  @Test(arguments: sizes) func transposedConvolutions(size: (Int, Int, Int)) {
    for (inputs, outputs) in [(17, 3), (16, 20)] {
      expectSumOfHalves(size, inputs, outputs, weights: [16, outputs, inputs]) {
        $0.convolvedTransposed(
          with: $1, bias: $2, geometry: ConvolutionGeometry(taps: .square4, stride: 2))
      }
    }
  }

  @Test(arguments: [1024, 1536, 5000]) func sumsByIndex(rows: Int) {
    var random = SplitMix64(seed: 41)
    let x = random.tensor([rows, 17]).tensor
    // The last index has no row.
    let indices = random.indices(rows, below: 22)
    let half = rows / 2
    var sum = x.rowSlice(0..<half).summedRows(byIndex: Array(indices[..<half]), below: 23)
    sum.add(x.rowSlice(half..<rows).summedRows(byIndex: Array(indices[half...]), below: 23))
    #expect(x.summedRows(byIndex: indices, below: 23).bits == sum.bits)
  }

  /// Expects the gradients of weights and bias in a batch to be the sums of those in its halves.
  private func expectSumOfHalves(
    _ size: (images: Int, height: Int, width: Int), _ inputs: Int, _ outputs: Int, weights: [Int],
    at location: SourceLocation = #_sourceLocation, operation: (Tensor, Tensor, Tensor) -> Tensor
  ) {
    var random = SplitMix64(seed: 40)
    let x = random.tensor([size.images, size.height, size.width, inputs]).tensor
    let parameters = [random.tensor(weights).tensor, random.tensor([outputs]).tensor]
    let seed = random.tensor(operation(x, parameters[0], parameters[1]).shape).tensor
    func gradients(_ images: Range<Int>) -> [Tensor?] {
      let tape = Tape()
      let watched = parameters.map { tape.watch($0) }
      return tape.backward(
        from: operation(imageSlice(x, images), watched[0], watched[1]),
        seed: imageSlice(seed, images), gradientsOf: watched)
    }
    let half = size.images / 2
    let whole = gradients(0..<size.images)
    let (first, second) = (gradients(0..<half), gradients(half..<size.images))
    for (index, name) in ["weights", "bias"].enumerated() {
      guard var sum = first[index], let other = second[index] else {
        Issue.record("the \(name) got no gradient", sourceLocation: location)
        continue
      }
      sum.add(other)
      let isEqual = whole[index]?.bits == sum.bits
      #expect(isEqual, "\(name), \(inputs) to \(outputs)", sourceLocation: location)
    }
  }

  private func imageSlice(_ x: Tensor, _ images: Range<Int>) -> Tensor {
    let size = x.count / x.shape[0]
    return Tensor(
      Array(x.buffer[images.lowerBound * size..<images.upperBound * size]),
      shape: [images.count] + x.shape.dropFirst())
  }
}
