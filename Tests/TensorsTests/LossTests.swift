import Tensors
import Testing

@Suite struct LossTests {
  @Test(arguments: [1, 17, 4097]) func meanSquaredErrorAndItsDerivative(count: Int) {
    var random = SplitMix64(seed: 40)
    let target = random.tensor([count])
    expectAgreement([random.tensor([count])]) {
      $0[0].meanSquaredError(to: target.tensor)
    } reference: {
      Reference.meanSquaredError($0[0], target)
    }
  }

  @Test func meanSquaredErrorOfManyBlocks() {
    var random = SplitMix64(seed: 41)
    let (x, target) = (random.tensor([200_003]), random.tensor([200_003]))
    expectClose(x.tensor.meanSquaredError(to: target.tensor), Reference.meanSquaredError(x, target))
  }

  @Test(arguments: [(1, 1), (3, 5), (35, 17), (64, 130), (130, 3)])
  func crossEntropyAndItsDerivative(rows: Int, classes: Int) {
    var random = SplitMix64(seed: 42)
    let logits = random.tensor([rows, classes], scale: 6)
    let targets = random.indices(rows, below: classes)
    expectAgreement([logits]) {
      $0[0].softmaxCrossEntropy(targets: targets)
    } reference: {
      let losses = Reference.negativeLogLikelihoods($0[0], targets).elements
      return DoubleTensor([losses.reduce(0, +) / Double(rows)], shape: [])
    }
    expectClose(
      logits.tensor.negativeLogLikelihoods(targets: targets),
      Reference.negativeLogLikelihoods(logits, targets))
    expectClose(logits.tensor.softmax(), Reference.softmax(logits))
  }

  @Test func crossEntropyOfExtremeLogits() {
    let logits = DoubleTensor([1000, -1000, 3e4, 3e4, -3e4, 0], shape: [2, 3])
    // Mixed signs on purpose: the peak must come off before the exponential.
    let targets: [Int32] = [1, 2]
    expectClose(
      logits.tensor.negativeLogLikelihoods(targets: targets),
      Reference.negativeLogLikelihoods(logits, targets))
    expectClose(logits.tensor.softmax(), Reference.softmax(logits))
  }

  @Test(arguments: [[1, 1, 1, 2], [2, 3, 5, 17], [3, 16, 16, 33]])
  func featureDistanceAndItsDerivative(shape: [Int]) {
    var random = SplitMix64(seed: 43)
    let target = random.tensor(shape)
    expectAgreement([random.tensor(shape)]) {
      $0[0].featureDistance(to: target.tensor)
    } reference: {
      Reference.featureDistance($0[0], target)
    }
  }

  @Test func featureDistanceIsThatOfDirections() {
    var random = SplitMix64(seed: 44)
    let x = random.tensor([2, 3, 3, 8]).tensor
    #expect(x.featureDistance(to: 3 * x).scalar < 1e-6)
    #expect(abs(x.featureDistance(to: -2 * x).scalar - 4) < 1e-5)
    // Where nothing is found there is no direction, and no infinite derivative.
    let tape = Tape()
    let nothing = tape.watch(Tensor(zeros: x.shape))
    let gradient = tape.backward(from: nothing.featureDistance(to: x), gradientsOf: [nothing])[0]
    #expect(gradient?.buffer.allSatisfy { $0.isFinite } == true)
  }

  @Test(arguments: [1, 17, 1000]) func meanAndItsDerivative(count: Int) {
    var random = SplitMix64(seed: 45)
    expectAgreement([random.tensor([count])]) {
      $0[0].mean()
    } reference: {
      DoubleTensor([$0[0].elements.reduce(0, +) / Double(count)], shape: [])
    }
  }

  @Test(arguments: [1.0, -1.0]) func hingeLossAndItsDerivative(sign: Double) {
    var random = SplitMix64(seed: 46)
    expectAgreement([random.tensor([33], scale: 3)]) {
      $0[0].hingeLoss(sign: Float(sign))
    } reference: {
      DoubleTensor([$0[0].elements.reduce(0) { $0 + max(0, 1 - sign * $1) } / 33], shape: [])
    }
  }

  /// What is differentiated at once gives what the tape gives.
  @Test func aScalarWithAKnownGradient() throws {
    var random = SplitMix64(seed: 47)
    let (x, target) = (random.tensor([5, 7]).tensor, random.tensor([5, 7]).tensor)
    func gradient(of f: (Tensor) -> Tensor) -> (value: Float, gradient: [UInt32]?) {
      let tape = Tape()
      let watched = tape.watch(x)
      let value = f(2 * watched)
      return (
        value.scalar, tape.backward(from: 3 * value, gradientsOf: [watched])[0].map(\.bits)
      )
    }
    let direct = gradient { $0.meanSquaredError(to: target) }
    let known = gradient {
      let (value, gradient) = $0.valueWithGradient { $0.meanSquaredError(to: target) }
      return $0.scalar(value, gradient: gradient)
    }
    #expect(direct == known)
    #expect(direct.gradient != nil)
    let constant = x.valueWithGradient { _ in Tensor([2], shape: []) }
    #expect(constant.value == 2 && constant.gradient.elements.allSatisfy { $0 == 0 })
  }

  @Test func aTargetThatIsNoClassStopsTheProgram() async {
    await #expect(processExitsWith: .failure) {
      _ = Tensor(zeros: [1, 3]).negativeLogLikelihoods(targets: [3])
    }
    await #expect(processExitsWith: .failure) {
      _ = Tensor(zeros: [1, 3]).softmaxCrossEntropy(targets: [-1])
    }
  }
}
