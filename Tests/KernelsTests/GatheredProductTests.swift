import Kernels
import Testing

/// A sampler gathers what the network convolves: both must come to the same bits.
@Suite struct GatheredProductTests {
  @Test(
    arguments: [(1, 1), (3, 17), (16, 33), (65, 64), (64, 130), (130, 5)],
    [(KERNEL_IDENTITY, false), (KERNEL_RELU, false), (KERNEL_ELU, false), (KERNEL_ELU, true)])
  func equalsTheConvolutionAtEveryPixel(
    channels: (inputs: Int, outputs: Int), form: (activation: kernel_activation, bfloat16: Bool)
  ) {
    let (activation, bfloat16) = form
    var numbers = GuardedNumbers(seed: 2)
    let taps: [(row: Int, column: Int)] = [(-1, -1), (-1, 0), (-1, 1), (0, -1), (-2, 2)]
    let (images, height, width) = (3, 5, 7)
    let pixels = images * height * width
    let x = operands(
      numbers.buffer(pixels * channels.inputs), rows: pixels, bfloat16: bfloat16)
    let inputs = x.count / pixels
    let addend = numbers.buffer(pixels * channels.outputs)
    let bias = numbers.buffer(channels.outputs)
    let packed = packedWeights(
      numbers.buffer(taps.count * channels.inputs * channels.outputs), taps: taps.count,
      inputs: channels.inputs, outputs: channels.outputs, bfloat16: bfloat16)
    let expected = GuardedBuffer(count: addend.count)
    withConvolution(
      images: images, height: height, width: width, inputs: inputs,
      outputs: channels.outputs, stride: 1, taps: taps, bfloat16: bfloat16
    ) { shape in
      kernel_convolve(
        &shape, x.pointer, packed.pointer, bias.pointer, addend.pointer, activation,
        expected.pointer, 0, pixels)
    }

    let sources = (0..<pixels).flatMap { pixel in
      taps.map { tap -> UnsafePointer<Float>? in
        let row = pixel / width % height + tap.row
        let column = pixel % width + tap.column
        guard row >= 0, row < height, column >= 0, column < width else { return nil }
        return UnsafePointer(x.pointer + (pixel + tap.row * width + tap.column) * inputs)
      }
    }
    for batch in [1, 2, 5, 64] {
      let actual = GuardedBuffer(count: expected.count)
      for first in stride(from: 0, to: pixels, by: batch) {
        let rows = first..<min(first + batch, pixels)
        let pointers = Array(sources[rows.lowerBound * taps.count..<rows.upperBound * taps.count])
        let addends = rows.map { Optional(UnsafePointer(addend.pointer + $0 * channels.outputs)) }
        let targets = rows.map { Optional(actual.pointer + $0 * channels.outputs) }
        // Panel by panel where there are few rows, as several threads share them.
        let width = batch < 5 ? Int(kernel_panel_width()) : channels.outputs
        for output in stride(from: 0, to: channels.outputs, by: width) {
          kernel_gathered_product(
            Int32(rows.count), Int32(taps.count), Int32(inputs), bfloat16, pointers,
            packed.pointer, bias.pointer, addends, activation, targets, Int32(output),
            Int32(min(output + width, channels.outputs)))
        }
      }
      #expect(actual.bits == expected.bits, "\(batch) rows at once")
      #expect(actual.isIntact && expected.isIntact)
    }
  }
}

extension kernel_activation: @retroactive @unchecked Sendable {}

/// The packed form of weights [taps, inputs, outputs].
func packedWeights(
  _ weights: GuardedBuffer, taps: Int, inputs: Int, outputs: Int, transposed: Bool = false,
  bfloat16: Bool = false
) -> GuardedBuffer {
  let pack =
    bfloat16
    ? (transposed ? kernel_pack_bfloat16_transposed : kernel_pack_bfloat16)
    : (transposed ? kernel_pack_transposed : kernel_pack)
  let operands = bfloat16 ? kernel_pair_count(Int32(inputs)) : Int32(inputs)
  let packed = GuardedBuffer(count: kernel_packed_count(Int32(taps), operands, Int32(outputs)))
  pack(weights.pointer, Int32(taps), Int32(inputs), Int32(outputs), packed.pointer)
  return packed
}

/// What a kernel reads of x [rows, channels]: x itself, or pairs of bfloat16.
func operands(_ x: GuardedBuffer, rows: Int, bfloat16: Bool) -> GuardedBuffer {
  guard bfloat16 else { return x }
  let channels = Int32(x.count / rows)
  let pairs = GuardedBuffer(count: rows * Int(kernel_pair_count(channels)))
  kernel_pair_bfloat16(x.pointer, rows, channels, pairs.pointer)
  return pairs
}

/// Calls `body` with the description of a convolution over images of the given size.
func withConvolution(
  images: Int, height: Int, width: Int, inputs: Int, outputs: Int, stride: Int,
  taps: [(row: Int, column: Int)], bfloat16: Bool = false,
  _ body: (inout kernel_convolution) -> Void
) {
  taps.map { Int32($0.row) }.withUnsafeBufferPointer { rows in
    taps.map { Int32($0.column) }.withUnsafeBufferPointer { columns in
      var shape = kernel_convolution(
        images: Int32(images), input_height: Int32(height), input_width: Int32(width),
        input_channels: Int32(inputs), output_height: Int32((height + stride - 1) / stride),
        output_width: Int32((width + stride - 1) / stride), output_channels: Int32(outputs),
        stride: Int32(stride), tap_count: Int32(taps.count), tap_rows: rows.baseAddress,
        tap_columns: columns.baseAddress, bfloat16: bfloat16)
      body(&shape)
    }
  }
}
