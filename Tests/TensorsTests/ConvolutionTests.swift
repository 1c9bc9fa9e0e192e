import Tensors
import Testing

/// One convolution to check. The channel counts straddle the kernels' panels, the images their tiles.
struct ConvolutionCase: CustomTestStringConvertible, Sendable {
  let images: Int
  let height: Int
  let width: Int
  let inputs: Int
  let outputs: Int
  let taps: Taps
  var stride = 1
  var activation = Activation.identity
  var hasBias = false
  var hasAddend = false
  var arithmetic = Arithmetic.float32

  var geometry: ConvolutionGeometry {
    ConvolutionGeometry(taps: taps, stride: stride, arithmetic: arithmetic)
  }
  var inBFloat16: ConvolutionCase {
    var test = self
    test.arithmetic = .bfloat16
    return test
  }
  var inputShape: [Int] { [images, height, width, inputs] }
  var outputShape: [Int] {
    [images, (height + stride - 1) / stride, (width + stride - 1) / stride, outputs]
  }
  /// Keeps the outputs near 1 in magnitude.
  var weightScale: Double { 2 / Double(taps.count * inputs).squareRoot() }

  var testDescription: String {
    "\(images)×\(height)×\(width), \(inputs) to \(outputs), \(taps.count) taps, stride \(stride), "
      + "\(activation)\(hasBias ? ", bias" : "")\(hasAddend ? ", addend" : ""), \(arithmetic)"
  }
}

extension Taps {
  static let pixel = rectangle(height: 1, width: 1, top: 0, left: 0)
  static let square3 = rectangle(height: 3, width: 3, top: 1, left: 1)
  static let square4 = rectangle(height: 4, width: 4, top: 1, left: 1)
  static let square5 = rectangle(height: 5, width: 5, top: 2, left: 2)
  /// The pixels before this one in raster order.
  static let causal = Taps(offsets: [(-1, -1), (-1, 0), (-1, 1), (0, -1)])
  /// The rows above and the pixels to the left, within a square of so many pixels that ends here.
  static func past(_ kernel: Int) -> Taps {
    let half = kernel / 2
    let above = (1 - kernel..<0).flatMap { row in (-half...half).map { (row, $0) } }
    return Taps(offsets: above + (-half..<0).map { (0, $0) })
  }
  /// In no order, with a repeated offset, and farther out than some images reach.
  static let scattered = Taps(offsets: [(3, -2), (0, 0), (-5, 6), (0, 1), (0, 1)])
}

@Suite struct ConvolutionTests {
  static let cases = [
    ConvolutionCase(images: 1, height: 1, width: 1, inputs: 1, outputs: 1, taps: .pixel),
    ConvolutionCase(
      images: 3, height: 5, width: 7, inputs: 3, outputs: 5, taps: .square3, activation: .relu,
      hasBias: true),
    ConvolutionCase(
      images: 1, height: 14, width: 14, inputs: 64, outputs: 65, taps: .square3, activation: .elu,
      hasBias: true, hasAddend: true),
    ConvolutionCase(
      images: 3, height: 5, width: 7, inputs: 16, outputs: 17, taps: .square3, stride: 2),
    ConvolutionCase(
      images: 1, height: 5, width: 7, inputs: 33, outputs: 130, taps: .square4, stride: 2,
      activation: .relu, hasBias: true),
    ConvolutionCase(
      images: 3, height: 14, width: 14, inputs: 1, outputs: 16, taps: .square4, stride: 2,
      activation: .elu),
    ConvolutionCase(
      images: 1, height: 1, width: 1, inputs: 17, outputs: 33, taps: .square4, stride: 2,
      hasBias: true),
    ConvolutionCase(
      images: 3, height: 1, width: 1, inputs: 5, outputs: 3, taps: .square3, stride: 2,
      hasAddend: true),
    ConvolutionCase(
      images: 3, height: 5, width: 7, inputs: 130, outputs: 1, taps: .pixel, hasBias: true,
      hasAddend: true),
    ConvolutionCase(
      images: 1, height: 5, width: 7, inputs: 65, outputs: 64, taps: .causal, activation: .elu,
      hasAddend: true),
    ConvolutionCase(
      images: 3, height: 1, width: 2, inputs: 64, outputs: 64, taps: .pixel, stride: 2),
    ConvolutionCase(
      images: 1, height: 14, width: 14, inputs: 5, outputs: 33, taps: .scattered, hasBias: true),
    ConvolutionCase(
      images: 2, height: 5, width: 7, inputs: 3, outputs: 48, taps: .scattered, stride: 3,
      activation: .relu, hasAddend: true),
    ConvolutionCase(
      images: 8, height: 1, width: 1, inputs: 33, outputs: 16, taps: .square5, activation: .relu),
    ConvolutionCase(
      images: 1, height: 7, width: 5, inputs: 17, outputs: 80, taps: .square5, stride: 2,
      hasBias: true),
    ConvolutionCase(
      images: 1, height: 5, width: 7, inputs: 1, outputs: 130, taps: .causal, hasBias: true),
    // Transposed, the phases of the first come side by side; those of the second, too few taps, do not.
    ConvolutionCase(
      images: 3, height: 5, width: 7, inputs: 3, outputs: 17, taps: .square4, stride: 2,
      activation: .relu, hasBias: true),
    ConvolutionCase(
      images: 1, height: 7, width: 4, inputs: 1, outputs: 5, taps: .scattered, stride: 3,
      hasBias: true),
    // Enough tiles of enough channels for minimal filtering, in the weights' derivative as well.
    ConvolutionCase(
      images: 9, height: 7, width: 8, inputs: 17, outputs: 16, taps: .square3, activation: .elu,
      hasBias: true, hasAddend: true),
    ConvolutionCase(
      images: 8, height: 15, width: 13, inputs: 16, outputs: 19, taps: .square4, stride: 2,
      activation: .relu, hasBias: true),
    ConvolutionCase(
      images: 9, height: 5, width: 8, inputs: 17, outputs: 16, taps: .past(3), activation: .elu,
      hasBias: true, hasAddend: true),
    ConvolutionCase(
      images: 2, height: 16, width: 13, inputs: 16, outputs: 19, taps: .past(5),
      activation: .relu, hasBias: true),
    ConvolutionCase(
      images: 1, height: 1, width: 4, inputs: 12, outputs: 12, taps: .past(5)),
  ]

  @Test(arguments: cases) func convolutionAndItsDerivatives(_ test: ConvolutionCase) {
    var random = SplitMix64(seed: 1)
    var inputs = [
      random.tensor(test.inputShape),
      random.tensor([test.taps.count, test.inputs, test.outputs], scale: test.weightScale),
    ]
    if test.hasBias { inputs.append(random.tensor([test.outputs])) }
    if test.hasAddend { inputs.append(random.tensor(test.outputShape)) }
    expectAgreement(inputs) {
      $0[0].convolved(
        with: $0[1], bias: test.hasBias ? $0[2] : nil, adding: test.hasAddend ? $0.last : nil,
        activation: test.activation, geometry: test.geometry)
    } reference: {
      Reference.convolution(
        $0[0], $0[1], bias: test.hasBias ? $0[2] : nil, addend: test.hasAddend ? $0.last : nil,
        activation: test.activation, geometry: test.geometry)
    }
  }

  @Test(arguments: cases.filter { !$0.hasAddend })
  func transposedConvolutionAndItsDerivatives(_ test: ConvolutionCase) {
    var random = SplitMix64(seed: 2)
    // The convolution of the case backwards: from its outputs' channels to its inputs'.
    var inputs = [
      random.tensor([test.images, test.height, test.width, test.outputs]),
      random.tensor([test.taps.count, test.inputs, test.outputs], scale: test.weightScale),
    ]
    if test.hasBias { inputs.append(random.tensor([test.inputs])) }
    expectAgreement(inputs) {
      $0[0].convolvedTransposed(
        with: $0[1], bias: test.hasBias ? $0[2] : nil, activation: test.activation,
        geometry: test.geometry)
    } reference: {
      Reference.transposedConvolution(
        $0[0], $0[1], bias: test.hasBias ? $0[2] : nil, activation: test.activation,
        geometry: test.geometry)
    }
  }

  @Test func weightsMaySpellOutTheRectangle() {
    var random = SplitMix64(seed: 3)
    let geometry = ConvolutionGeometry(taps: .rectangle(height: 2, width: 3, top: 1, left: 1))
    let x = random.tensor([1, 5, 7, 3])
    let weights = random.tensor([2, 3, 3, 5])
    expectAgreement([x, weights]) {
      $0[0].convolved(with: $0[1], geometry: geometry)
    } reference: {
      Reference.convolution($0[0], $0[1], geometry: geometry)
    }
  }

  @Test func rectanglesListTheirTapsRowByRow() {
    let offsets = Taps.rectangle(height: 2, width: 3, top: 1, left: 2).offsets
    #expect(offsets.map(\.row) == [-1, -1, -1, 0, 0, 0])
    #expect(offsets.map(\.column) == [-2, -1, 0, -2, -1, 0])
  }

  @Test func packedWeightsKnowTheirExtents() {
    let packed = PackedWeights(Tensor(zeros: [9, 3, 5]), taps: 9)
    #expect((packed.taps, packed.inputs, packed.outputs) == (9, 3, 5))
  }
}
