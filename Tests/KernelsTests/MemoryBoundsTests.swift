import Kernels
import Testing

/// Every kernel on memory that ends where the header says it may end. A read beyond it ends the
/// process, a write into the slack is seen, and the slack's NaNs spoil a result that uses them.
@Suite struct MemoryBoundsTests {
  static let channels = [1, 3, 5, 16, 17, 33, 64, 65, 130]

  @Test(arguments: channels, channels) func convolution(inputs: Int, outputs: Int) {
    for bfloat16 in [false, true] {
      convolution(inputs: inputs, outputs: outputs, bfloat16: bfloat16)
    }
  }

  private func convolution(inputs: Int, outputs: Int, bfloat16: Bool) {
    var numbers = GuardedNumbers(seed: 3)
    let taps = (0..<9).map { (row: $0 / 3 - 1, column: $0 % 3 - 1) }
    for stride in [1, 2] {
      let outputPixels = 2 * (3 / stride + stride - 1) * (3 / stride + stride - 1)
      let x = numbers.buffer(2 * 9 * inputs)
      let y = GuardedBuffer(count: outputPixels * outputs)
      let (bias, inputBias) = (numbers.buffer(outputs), numbers.buffer(inputs))
      let (addend, weights) = (numbers.buffer(y.count), numbers.buffer(9 * inputs * outputs))
      let packed = packedWeights(
        weights, taps: 9, inputs: inputs, outputs: outputs, bfloat16: bfloat16)
      let transposed = packedWeights(
        weights, taps: 9, inputs: outputs, outputs: inputs, transposed: true, bfloat16: bfloat16)
      let (back, gradient) = (GuardedBuffer(count: x.count), GuardedBuffer(count: weights.count))
      withConvolution(
        images: 2, height: 3, width: 3, inputs: inputs, outputs: outputs, stride: stride,
        taps: taps, bfloat16: bfloat16
      ) { shape in
        let floats = shape
        let read = operands(x, rows: 2 * 9, bfloat16: bfloat16)
        shape.input_channels = Int32(read.count / (2 * 9))
        kernel_convolve(
          &shape, read.pointer, packed.pointer, bias.pointer, addend.pointer, KERNEL_ELU,
          y.pointer, 0, outputPixels)
        shape = floats
        let readBack = operands(y, rows: outputPixels, bfloat16: bfloat16)
        shape.output_channels = Int32(readBack.count / outputPixels)
        kernel_convolve_transposed(
          &shape, readBack.pointer, transposed.pointer, inputBias.pointer, KERNEL_RELU,
          back.pointer, 0, 2 * (3 / stride + stride - 1))
        shape = floats
        kernel_convolution_weight_gradient(
          &shape, x.pointer, y.pointer, gradient.pointer, 0, 9 * inputs)
        #expect(read.isIntact && readBack.isIntact)
      }
      expectSound([packed, transposed, y, back, gradient])
    }
  }

  @Test(arguments: channels) func elementwise(count: Int) {
    var numbers = GuardedNumbers(seed: 4)
    let (x, y) = (numbers.buffer(3 * count), numbers.buffer(3 * count))
    let (double, gradient) = (numbers.buffer(6 * count), GuardedBuffer(count: 6 * count))
    let (sums, out) = (GuardedBuffer(count: count), GuardedBuffer(count: 3 * count))
    kernel_activate(KERNEL_ELU, x.pointer, out.pointer, x.count)
    kernel_activation_gradient(KERNEL_ELU, x.pointer, out.pointer, x.count)
    kernel_add_scaled(2, x.pointer, out.pointer, x.count)
    kernel_scale(0.5, out.pointer, x.count)
    kernel_sum_rows(x.pointer, 3, Int32(count), sums.pointer)
    expectSound([out, sums])
    kernel_dropout(x.pointer, out.pointer, x.count, 0, 0.5, 1)
    expectSound([out])
    let error = kernel_squared_error(x.pointer, y.pointer, 1, out.pointer, x.count)
    #expect((error + kernel_sum_of_squares(x.pointer, x.count)).isFinite)
    expectSound([out])
    kernel_gate(double.pointer, x.pointer, out.pointer, 3, Int32(count))
    kernel_gate_gradient(double.pointer, x.pointer, gradient.pointer, 3, Int32(count))
    expectSound([out, gradient])
    kernel_gate(double.pointer, nil, out.pointer, 3, Int32(count))
    expectSound([out])
  }

  @Test(arguments: channels) func rows(count: Int) {
    var numbers = GuardedNumbers(seed: 5)
    let (x, gain) = (numbers.buffer(3 * count), numbers.buffer(count))
    let (losses, gradient) = (GuardedBuffer(count: 3), GuardedBuffer(count: 3 * count))
    let (norms, gainGradient) = (GuardedBuffer(count: count), GuardedBuffer(count: count))
    let out = GuardedBuffer(count: 3 * count)
    kernel_softmax_cross_entropy(
      x.pointer, [0, Int32(count) - 1, 0], 3, Int32(count), 1, losses.pointer, gradient.pointer)
    expectSound([losses, gradient])
    let channels = Int32(count)
    kernel_weight_norm(
      x.pointer, gain.pointer, 3, channels, out.pointer, norms.pointer, 0, channels)
    kernel_weight_norm_gradient(
      x.pointer, gain.pointer, norms.pointer, out.pointer, 3, channels, gradient.pointer,
      gainGradient.pointer, 0, channels)
    expectSound([out, norms, gradient, gainGradient])
  }

  @Test(arguments: channels) func largest(count: Int) {
    var numbers = GuardedNumbers(seed: 7)
    let x = numbers.buffer(count)
    for place in 0..<count {
      // The first of equals, beside a NaN: in the same lane of a vector, in another one, in the tail.
      let changed = GuardedBuffer(x.elements)
      changed.pointer[count - 1] = 2
      changed.pointer[place] = 2
      if place > 0 { changed.pointer[place - 1] = .nan }
      #expect(kernel_index_of_largest(changed.pointer, Int32(count)) == Int32(place))
    }
    let nothing = GuardedBuffer([Float](repeating: -.infinity, count: count))
    #expect(kernel_index_of_largest(nothing.pointer, Int32(count)) == 0)
  }

  @Test(arguments: channels) func notBelow(count: Int) {
    var numbers = GuardedNumbers(seed: 8)
    let x = numbers.buffer(count)
    x.pointer[count / 2] = .nan
    for limit in [-Float.infinity, -0.5, 0, 2, .nan] {
      var indices = [Int32](repeating: -1, count: count + 1)
      let found = kernel_indices_not_below(limit, x.pointer, Int32(count), &indices)
      let expected = (0..<count).filter { !(x.pointer[$0] < limit) }.map(Int32.init)
      #expect(Array(indices.prefix(Int(found))) == expected)
      #expect(indices[count] == -1)
    }
  }

  @Test(arguments: [0, 1, 15, 16, 17, 33]) func attention(count: Int) {
    var numbers = GuardedNumbers(seed: 6)
    let stride = max(16, (count + 15) / 16 * 16)
    let (keys, values) = (numbers.buffer(5 * stride), numbers.buffer(3 * stride))
    let (query, g) = (numbers.buffer(5), numbers.buffer(3))
    let (weights, out) = (GuardedBuffer(count: stride), GuardedBuffer([7, 7, 7]))
    kernel_attend(
      query.pointer, keys.pointer, values.pointer, Int32(count), Int32(stride), 5, 3, 0.5,
      weights.pointer, out.pointer)
    expectSound([weights, out])
    if count == 0 { #expect(out.elements == [0, 0, 0]) }
    let total = weights.elements.prefix(count).reduce(0, +)
    #expect(count == 0 || abs(total - 1) < 1e-6)
    let gradients = [query.count, keys.count, values.count].map { GuardedBuffer(count: $0) }
    kernel_attend_gradient(
      query.pointer, keys.pointer, values.pointer, Int32(count), Int32(stride), 5, 3, 0.5,
      weights.pointer, g.pointer, gradients[0].pointer, gradients[1].pointer,
      gradients[2].pointer)
    expectSound(gradients + [weights])
  }

  private func expectSound(
    _ buffers: [GuardedBuffer], at location: SourceLocation = #_sourceLocation
  ) {
    for (index, buffer) in buffers.enumerated() {
      #expect(buffer.isIntact, "written past the end of \(index)", sourceLocation: location)
      let isFinite = buffer.elements.allSatisfy(\.isFinite)
      #expect(isFinite, "\(index) holds a NaN", sourceLocation: location)
    }
  }
}
