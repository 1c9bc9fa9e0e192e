import Tensors

/// The outputs and gradients of every operation, at sizes that several threads share.
func invarianceResults() -> [(name: String, bits: [UInt32])] {
  convolutionResults() + productResults() + elementwiseResults() + lookupResults()
    + rowResults()
}

/// The bits of the output and then of the gradient of each input.
private func bits(
  _ name: String, _ inputs: [Tensor], _ operation: ([Tensor]) -> Tensor
) -> (name: String, bits: [UInt32]) {
  var random = SplitMix64(seed: 90)
  let tape = Tape()
  let watched = inputs.map { tape.watch($0) }
  let output = operation(watched)
  let gradients = tape.backward(
    from: output, seed: random.tensor(output.shape).tensor, gradientsOf: watched)
  return (name, output.bits + gradients.flatMap { $0?.bits ?? [] })
}

private func convolutionResults() -> [(name: String, bits: [UInt32])] {
  (ConvolutionTests.cases + ConvolutionTests.cases.map(\.inBFloat16)).map { test in
    var random = SplitMix64(seed: 91)
    let inputs = [
      random.tensor(test.inputShape).tensor,
      random.tensor([test.taps.count, test.inputs, test.outputs]).tensor,
      random.tensor([test.outputs]).tensor, random.tensor(test.outputShape).tensor,
    ]
    return bits("convolution \(test)", inputs) {
      $0[0].convolved(
        with: $0[1], bias: $0[2], adding: $0[3], activation: test.activation,
        geometry: test.geometry)
    }
  }
    + ConvolutionTests.cases.map { test in
      var random = SplitMix64(seed: 92)
      let inputs = [
        random.tensor([test.images, test.height, test.width, test.outputs]).tensor,
        random.tensor([test.taps.count, test.inputs, test.outputs]).tensor,
        random.tensor([test.inputs]).tensor,
      ]
      return bits("transposed convolution \(test)", inputs) {
        $0[0].convolvedTransposed(
          with: $0[1], bias: $0[2], activation: test.activation, geometry: test.geometry)
      }
    }
}

private func productResults() -> [(name: String, bits: [UInt32])] {
  // OpenBLAS changes its ways with the size of a product, around 10⁶ multiplications among others.
  [(130, 33, 65), (64, 50, 512), (2500, 17, 33), (96, 500, 40), (33, 1000, 50)].map {
    rows, inputs, outputs in
    var random = SplitMix64(seed: 93)
    let tensors = [
      random.tensor([rows, inputs]).tensor, random.tensor([inputs, outputs]).tensor,
      random.tensor([outputs]).tensor,
    ]
    return bits("matrix product \(rows)×\(inputs)×\(outputs)", tensors) {
      $0[0].multiplied(by: $0[1], bias: $0[2])
    }
  }
}

private func elementwiseResults() -> [(name: String, bits: [UInt32])] {
  var random = SplitMix64(seed: 94)
  let shape = [7, 21, 17, 33]
  let (x, y) = (random.tensor(shape).tensor, random.tensor(shape).tensor)
  let double = random.tensor([7, 21, 17, 66]).tensor
  let key = Randomness(seed: 5)
  let other = y.reshaped(to: [7 * 21 * 17 * 33])
  return [
    bits("relu", [x]) { $0[0].activated(by: .relu) },
    bits("elu", [x]) { $0[0].activated(by: .elu) },
    bits("sum", [x, y]) { 0.3 * $0[0] + $0[1] },
    bits("gate", [double, x]) { $0[0].gated(adding: $0[1]) },
    bits("dropout", [x]) { $0[0].dropped(rate: 0.3, key: key) },
    bits("squared error", [x]) {
      $0[0].reshaped(to: [7 * 21 * 17 * 33]).meanSquaredError(to: other)
    },
    bits("feature distance", [x]) { $0[0].featureDistance(to: y) },
    bits("rotation", [x]) { $0[0].rotated(to: y) },
    bits("upsampling", [x]) { $0[0].upsampled(by: 2) },
    bits("concatenation", [x, double, y]) { Tensor.concatenatingChannels($0) },
  ]
}

private func lookupResults() -> [(name: String, bits: [UInt32])] {
  var random = SplitMix64(seed: 95)
  let indices = random.indices(3000, below: 23)
  let table = random.tensor([23, 17]).tensor
  let weights = random.tensor([4, 23, 17]).tensor
  let bias = random.tensor([17]).tensor
  let vectors = random.tensor([3000, 17]).tensor
  return [
    bits("lookup", [table]) { $0[0].lookingUp(indices) },
    bits("code convolution", [weights, bias]) {
      convolvedCodes(
        indices, images: 3, height: 25, width: 40, with: $0[0], bias: $0[1], taps: .causal)
    },
    ("nearest", nearestNeighbors(of: vectors, in: table).map { UInt32(bitPattern: $0) }),
  ]
}

private func rowResults() -> [(name: String, bits: [UInt32])] {
  var random = SplitMix64(seed: 96)
  let images = random.tensor([7, 9, 5, 24]).tensor
  let (key, value) = (random.tensor([7, 9, 5, 24]).tensor, random.tensor([7, 9, 5, 12]).tensor)
  let logits = random.tensor([315, 24]).tensor
  let targets = random.indices(315, below: 24)
  let (direction, gain) = (random.tensor([27, 130]).tensor, random.tensor([130]).tensor)
  return [
    bits("attention", [images, key, value]) {
      causalAttention(query: $0[0], key: $0[1], value: $0[2], heads: 3)
    },
    bits("cross-entropy", [logits]) { $0[0].softmaxCrossEntropy(targets: targets) },
    bits("weight normalization", [direction, gain]) { $0[0].weightNormalized(gain: $0[1]) },
    bits("addition per image", [images, random.tensor([7, 24]).tensor]) {
      $0[0].addingPerImage($0[1])
    },
    bits("mean over pixels", [images]) { $0[0].meanOverPixels() },
  ]
}
