import Kernels
import Tensors
import Testing

@Suite struct ElementwiseTests {
  static let shapes = [[1, 1], [3, 5], [7, 17], [1, 5, 7, 33]]

  @Test(arguments: [Activation.identity, .relu, .elu], shapes)
  func activationAndItsDerivative(_ activation: Activation, shape: [Int]) {
    var random = SplitMix64(seed: 10)
    expectAgreement([random.tensor(shape, scale: 4)]) {
      $0[0].activated(by: activation)
    } reference: {
      Reference.activated($0[0], by: activation)
    }
  }

  @Test func activationsFarFromZero() {
    let x: [Float] = [-1000, -90, -87.5, -20, -0.0, 20, 87.5, 90, 1000]
    let elu = Tensor(x, shape: [x.count]).activated(by: .elu)
    #expect(elu.elements == [-1, -1, -1, -1, 0, 20, 87.5, 90, 1000])
    let relu = Tensor(x, shape: [x.count]).activated(by: .relu)
    #expect(relu.elements == [0, 0, 0, 0, 0, 20, 87.5, 90, 1000])
  }

  @Test(arguments: [1, 3, 5, 16, 17, 33, 64, 65, 130])
  func gateAndItsDerivatives(channels: Int) {
    var random = SplitMix64(seed: 11)
    let x = random.tensor([3, 1, 7, 2 * channels], scale: 3)
    expectAgreement([x, random.tensor([3, 1, 7, channels])]) {
      $0[0].gated(adding: $0[1])
    } reference: {
      Reference.gated($0[0], adding: $0[1])
    }
  }

  @Test func saturatedGatesAreOpenOrShut() {
    let x = Tensor([5, 5, 200, -200], shape: [1, 4])
    let y = x.gated(adding: Tensor([1, 1], shape: [1, 2]))
    #expect(y.elements == [6, 1])
  }

  @Test(arguments: shapes) func sumAndItsDerivatives(shape: [Int]) {
    var random = SplitMix64(seed: 12)
    expectAgreement([random.tensor(shape), random.tensor(shape)]) {
      $0[0] + $0[1]
    } reference: {
      Reference.sum($0[0], $0[1])
    }
  }

  @Test(arguments: shapes) func scalingAndItsDerivative(shape: [Int]) {
    var random = SplitMix64(seed: 13)
    expectAgreement([random.tensor(shape)]) {
      -1.75 * $0[0]
    } reference: {
      Reference.scaled($0[0], by: -1.75)
    }
  }

  @Test func additionInPlaceScalesWhatItAdds() {
    var random = SplitMix64(seed: 14)
    let (x, y) = (random.tensor([40_001]), random.tensor([40_001]))
    var sum = x.tensor
    sum.add(y.tensor, scale: 0.5)
    expectClose(sum, Reference.sum(x, Reference.scaled(y, by: 0.5)))
  }

  @Test(arguments: [1, 3, 17, 130]) func additionPerImageAndItsDerivatives(channels: Int) {
    var random = SplitMix64(seed: 15)
    expectAgreement([random.tensor([3, 5, 7, channels]), random.tensor([3, channels])]) {
      $0[0].addingPerImage($0[1])
    } reference: {
      Reference.addingPerImage($0[0], $0[1])
    }
  }

  @Test func keepingImagesClearsTheOthersAndTheirGradients() {
    var random = SplitMix64(seed: 17)
    expectAgreement([random.tensor([4, 3, 2, 5])]) {
      $0[0].keepingImages { $0 % 3 == 0 }
    } reference: {
      Reference.keepingImages($0[0], where: [true, false, false, true])
    }
  }

  @Test func replacedRowsPassNoGradient() {
    var random = SplitMix64(seed: 18)
    let values = random.tensor([2, 5])
    expectAgreement([random.tensor([2, 2, 5])]) {
      $0[0].replacingRows([3, 1], by: values.tensor)
    } reference: {
      var replaced = $0[0]
      replaced.elements.replaceSubrange(15..<20, with: values.elements[..<5])
      replaced.elements.replaceSubrange(5..<10, with: values.elements[5...])
      return replaced
    }
  }

  @Test(arguments: [1, 3, 17, 130]) func meanOverPixelsAndItsDerivative(channels: Int) {
    var random = SplitMix64(seed: 16)
    expectAgreement([random.tensor([3, 5, 7, channels])]) {
      $0[0].meanOverPixels()
    } reference: {
      Reference.meanOverPixels($0[0])
    }
  }

  @Test func sumOfSquaresIsExactToDoublePrecision() {
    // 2²⁴ + 1 ones would stop at 2²⁴ in single precision.
    let count = 1 << 24 + 1
    #expect(Tensor(repeating: 1, shape: [count]).sumOfSquares() == Double(count))
    #expect(Tensor([3, -4], shape: [2]).sumOfSquares() == 25)
  }
}

@Suite struct DropoutTests {
  static let key = Randomness(seed: 3)

  /// Which elements stay, told from the words of the stream.
  static func kept(_ count: Int, rate: Double) -> [Bool] {
    (0..<count).map { Double(key.word(at: $0)) >= rate * 0x1p32 }
  }

  @Test(arguments: [0.1, 0.5, 0.9375]) func dropoutAndItsDerivative(rate: Double) {
    var random = SplitMix64(seed: 17)
    let kept = DropoutTests.kept(3 * 333, rate: rate)
    expectAgreement([random.tensor([3, 333])]) {
      $0[0].dropped(rate: Float(rate), key: DropoutTests.key)
    } reference: {
      Reference.dropped($0[0], kept: kept, rate: rate)
    }
  }

  @Test(arguments: [Float(0.1), 0.5, 0.9]) func rateIsKept(rate: Float) {
    let count = 1_000_000
    let dropped = Tensor(repeating: 1, shape: [count]).dropped(rate: rate, key: DropoutTests.key)
    let zeros = Double(dropped.buffer.count { $0 == 0 })
    let deviation = (Double(count) * Double(rate) * Double(1 - rate)).squareRoot()
    #expect(abs(zeros - Double(count) * Double(rate)) < 5 * deviation)
  }

  @Test func rateZeroChangesNothingAndKeysDiffer() {
    let x = Tensor(repeating: 1, shape: [1000])
    #expect(x.dropped(rate: 0, key: DropoutTests.key).bits == x.bits)
    let masks = (0..<4).map { x.dropped(rate: 0.5, key: DropoutTests.key.stream($0)).bits }
    #expect(Set(masks).count == 4)
  }
}
