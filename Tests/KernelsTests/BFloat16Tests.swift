import Kernels
import Testing

/// Rounding to bfloat16, and products of it, against what Intel's manual says of VCVTNE2PS2BF16 and
/// VDPBF16PS, one number at a time.
@Suite struct BFloat16Tests {
  @Test(arguments: [(1, 1), (1, 2), (3, 5), (2, 33), (1, 64), (7, 16), (5, 131)])
  func pairsAreRoundedToNearestEven(rows: Int, channels: Int) {
    var generator = SplitMix64(seed: 6)
    var bits = (0..<rows * channels).map { _ in UInt32.random(in: 0...UInt32.max, using: &generator)
    }
    let special: [UInt32] = [
      0x3F80_8000, 0x3F81_8000, 0x3F80_8001, 0xBF80_7FFF, 0x7F7F_FFFF, 0x7F80_0000, 0xFF80_0000,
      0x7F80_0001, 0x0000_0001, 0x807F_FFFF, 0x0080_0000, 0x8000_0000,
    ]
    for (index, value) in special.enumerated() where index < bits.count { bits[index] = value }
    let x = GuardedBuffer(bits.map { Float(bitPattern: $0) })
    let pairs = operands(x, rows: rows, bfloat16: true)
    #expect(pairs.isIntact && pairs.count == rows * ((channels + 1) / 2))
    for row in 0..<rows {
      for channel in 0..<channels {
        let pair = pairs.bits[row * ((channels + 1) / 2) + channel / 2]
        let actual = channel % 2 == 0 ? pair & 0xFFFF : pair >> 16
        #expect(actual == rounded(bits[row * channels + channel]))
      }
      if channels % 2 == 1 { #expect(pairs.bits[(row + 1) * ((channels + 1) / 2) - 1] >> 16 == 0) }
    }
  }

  @Test(arguments: [1, 2, 3, 33, 64], [1, 5, 17, 70])
  func aConvolutionAddsTheUpperProductFirst(inputs: Int, outputs: Int) {
    var numbers = GuardedNumbers(seed: 7)
    let taps = [(row: 0, column: 0), (row: 0, column: 1), (row: 1, column: 0)]
    let x = numbers.buffer(2 * 2 * inputs)
    let weights = numbers.buffer(taps.count * inputs * outputs)
    let read = operands(x, rows: 4, bfloat16: true)
    let packed = packedWeights(
      weights, taps: taps.count, inputs: inputs, outputs: outputs, bfloat16: true)
    let y = GuardedBuffer(count: 4 * outputs)
    withConvolution(
      images: 1, height: 2, width: 2, inputs: read.count / 4, outputs: outputs, stride: 1,
      taps: taps, bfloat16: true
    ) { shape in
      kernel_convolve(
        &shape, read.pointer, packed.pointer, nil, nil, KERNEL_IDENTITY, y.pointer, 0, 4)
    }
    // The upper left pixel meets all taps.
    for output in 0..<outputs {
      var sum: Float = 0
      for (tap, pixel) in [0, 1, 2].enumerated() {
        for first in stride(from: 0, to: inputs, by: 2) {
          for channel in [first + 1, first] where channel < inputs {
            sum.addProduct(
              roundedFloat(x.elements[pixel * inputs + channel]),
              roundedFloat(weights.elements[(tap * inputs + channel) * outputs + output]))
          }
        }
      }
      #expect(y.elements[output].bitPattern == sum.bitPattern)
    }
  }

  @Test(arguments: [(3, 5), (64, 17), (9000, 3)])
  func theWeightGradientIsTheSameInAnyParts(inputs: Int, outputs: Int) {
    var numbers = GuardedNumbers(seed: 8)
    let (images, height, width) = (inputs > 1000 ? 1 : 40, 5, 7)
    let pixels = images * height * width
    let taps = [(row: -1, column: 1), (row: 0, column: 0)]
    let (x, g) = (numbers.buffer(pixels * inputs), numbers.buffer(pixels * outputs))
    let (whole, parts) = (
      GuardedBuffer(count: 2 * inputs * outputs), GuardedBuffer(count: 2 * inputs * outputs)
    )
    withConvolution(
      images: images, height: height, width: width, inputs: inputs, outputs: outputs, stride: 1,
      taps: taps, bfloat16: true
    ) { shape in
      kernel_convolution_weight_gradient(
        &shape, x.pointer, g.pointer, whole.pointer, 0, 2 * inputs)
      for first in stride(from: 0, to: 2 * inputs, by: 1700) {
        kernel_convolution_weight_gradient(
          &shape, x.pointer, g.pointer, parts.pointer, first, min(first + 1700, 2 * inputs))
      }
    }
    #expect(whole.bits == parts.bits && whole.isIntact)
    // The second tap is the pixel itself.
    for output in 0..<outputs {
      let sum = (0..<pixels).reduce(0.0) {
        $0 + Double(roundedFloat(x.pointer[$1 * inputs]))
          * Double(roundedFloat(g.pointer[$1 * outputs + output]))
      }
      #expect(abs(Double(whole.elements[inputs * outputs + output]) - sum) < 1e-5 * Double(pixels))
    }
  }
}

/// The definition of VCVTNE2PS2BF16.
private func rounded(_ bits: UInt32) -> UInt32 {
  let value = Float(bitPattern: bits)
  if value.isNaN { return bits >> 16 | 0x40 }
  if value.isSubnormal || value == 0 { return bits >> 16 & 0x8000 }
  return (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16
}

private func roundedFloat(_ value: Float) -> Float {
  Float(bitPattern: rounded(value.bitPattern) << 16)
}
