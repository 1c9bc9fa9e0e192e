import Tensors
import Testing

@Suite struct TapeTests {
  @Test func aTensorUsedTwiceSumsItsGradients() {
    let tape = Tape()
    let x = tape.watch(Tensor([1, -2, 3], shape: [3]))
    let y = x + 3 * x + (x + x)
    let gradient = tape.backward(
      from: y, seed: Tensor([1, 10, 100], shape: [3]), gradientsOf: [x])[0]
    #expect(gradient?.elements == [6, 60, 600])
  }

  @Test func gradientsFlowThroughSeveralOperations() {
    var random = SplitMix64(seed: 71)
    let geometry = ConvolutionGeometry(taps: .square3)
    expectAgreement([
      random.tensor([2, 5, 7, 3]), random.tensor([9, 3, 8], scale: 0.4), random.tensor([8]),
      random.tensor([9, 4, 8], scale: 0.4), random.tensor([8]),
    ]) {
      let hidden = $0[0].convolved(
        with: $0[1].weightNormalized(gain: $0[2]), activation: .elu, geometry: geometry)
      let shortcut = hidden.convolvedTransposed(with: $0[3], geometry: geometry)
      return (hidden + hidden.activated(by: .relu)).addingPerImage(hidden.meanOverPixels())
        .gated(adding: shortcut).multiplied(by: $0[4].reshaped(to: [4, 2]))
    } reference: {
      let hidden = Reference.convolution(
        $0[0], Reference.weightNormalized($0[1], gain: $0[2]), activation: .elu,
        geometry: geometry)
      let shortcut = Reference.transposedConvolution(hidden, $0[3], geometry: geometry)
      let sum = Reference.sum(hidden, Reference.activated(hidden, by: .relu))
      let gated = Reference.gated(
        Reference.addingPerImage(sum, Reference.meanOverPixels(hidden)), adding: shortcut)
      return Reference.matrixProduct(gated, DoubleTensor($0[4].elements, shape: [4, 2]))
    }
  }

  @Test func replacedValuesPassTheGradientStraightThrough() {
    let tape = Tape()
    let x = tape.watch(Tensor([1, 2], shape: [2]))
    let values = tape.watch(Tensor([10, 20], shape: [2]))
    let replaced = x.replacingValues(by: values)
    #expect(replaced.elements == [10, 20])
    let gradients = tape.backward(
      from: 2 * replaced, seed: Tensor([1, 3], shape: [2]), gradientsOf: [x, values])
    #expect(gradients.map { $0?.elements } == [[2, 6], nil])
  }

  @Test func untrackedAndUnreachedInputsGetNoGradient() {
    let tape = Tape()
    let constant = Tensor([5, 6], shape: [2])
    let used = tape.watch(Tensor([1, 2], shape: [2]))
    let unused = tape.watch(Tensor([3, 4], shape: [2]))
    let sideways = 2 * unused
    #expect(sideways.isTracked && !constant.isTracked && !used.detached.isTracked)
    let gradients = tape.backward(
      from: used + constant + unused.detached, seed: Tensor([7, 8], shape: [2]),
      gradientsOf: [used, constant, unused])
    #expect(gradients.map { $0?.elements } == [[7, 8], nil, nil])
  }

  @Test func constantsRecordNothing() {
    let x = Tensor([1, 2], shape: [2])
    #expect(!(x + 2 * x).isTracked)
    #expect(Tape().backward(from: x, gradientsOf: [x]).map { $0?.elements } == [nil])
  }

  @Test func theSeedIsOneByDefault() {
    let tape = Tape()
    let x = tape.watch(Tensor([3, 1], shape: [2]))
    let loss = x.meanSquaredError(to: Tensor([1, 1], shape: [2]))
    #expect(tape.backward(from: loss, gradientsOf: [x])[0]?.elements == [2, 0])
  }

  @Test func parametersSumGradientsOverUsesAndPasses() {
    let parameter = Parameter(name: "scale", value: Tensor([1, 2], shape: [2]))
    for pass in 1...3 {
      let tape = Tape()
      let sum = tape.watch(parameter) + tape.watch(parameter)
      tape.backward(from: sum, seed: Tensor([1, 10], shape: [2]))
      #expect(parameter.gradient?.elements == [2 * Float(pass), 20 * Float(pass)])
    }
    parameter.gradient = nil
    let tape = Tape()
    tape.backward(from: 5 * tape.watch(parameter), seed: Tensor([1, 1], shape: [2]))
    #expect(parameter.gradient?.elements == [5, 5])
    #expect(parameter.value.elements == [1, 2])
  }

  @Test func gradientsThatShareMemoryAreIndependent() {
    // The sum hands one tensor to both sides; scaling one side's gradient must not reach the other.
    let tape = Tape()
    let (x, y) = (tape.watch(Tensor([1], shape: [1])), tape.watch(Tensor([1], shape: [1])))
    let gradients = tape.backward(
      from: 3 * x + 5 * y, seed: Tensor([1], shape: [1]), gradientsOf: [x, y])
    #expect(gradients.map { $0?.elements } == [[3], [5]])
  }

  /// A gradient is final once the earliest of what uses the parameter has been played, be it recorded
  /// or inside of something that is computed again.
  @Test func finalGradientsAreToldAtOnce() {
    let names = ["twice", "inside", "both", "last"]
    let parameters = names.map { Parameter(name: $0, value: Tensor([2], shape: [1])) }
    let tape = Tape()
    let (twice, inside, both, last) = (parameters[0], parameters[1], parameters[2], parameters[3])
    let first = tape.watch(twice) + tape.watch(Tensor([1], shape: [1]))
    let block = Tape.recomputing(first, []) { x, _, tape in
      x + tape.watch(inside) + tape.watch(both)
    }
    let end = block + tape.watch(both) + tape.watch(twice) + tape.watch(last)
    var told: [String] = []
    tape.backward(from: end, seed: Tensor([1], shape: [1])) { parameter in
      told.append("\(parameter.name) \(parameter.gradient?.elements ?? [])")
    }
    #expect(told == ["last [1.0]", "both [2.0]", "inside [1.0]", "twice [2.0]"])
  }
}
