import Kernels
import Testing

/// A rectangle of taps, `filter` wide, that minimal filtering along rows can compute.
struct RowFilteringCase: CustomTestStringConvertible, Sendable {
  let images: Int
  let height: Int
  let width: Int
  let inputs: Int
  let outputs: Int
  let filter: (rows: Int, columns: Int)
  /// The row and column offset of the first tap.
  let first: (row: Int, column: Int)
  var activation = KERNEL_IDENTITY

  /// The rows above in a causal window.
  init(
    images: Int, height: Int, width: Int, inputs: Int, outputs: Int, kernel: Int,
    activation: kernel_activation = KERNEL_IDENTITY
  ) {
    self.init(
      images: images, height: height, width: width, inputs: inputs, outputs: outputs,
      filter: (kernel - 1, kernel), first: (1 - kernel, -(kernel / 2)), activation: activation)
  }

  init(
    images: Int, height: Int, width: Int, inputs: Int, outputs: Int,
    filter: (rows: Int, columns: Int), first: (row: Int, column: Int),
    activation: kernel_activation = KERNEL_IDENTITY
  ) {
    (self.images, self.height, self.width) = (images, height, width)
    (self.inputs, self.outputs, self.filter) = (inputs, outputs, filter)
    (self.first, self.activation) = (first, activation)
  }

  var rows: Int { images * height }
  var pixels: Int { rows * width }
  var taps: [(row: Int, column: Int)] {
    (0..<filter.rows * filter.columns).map {
      (first.row + $0 / filter.columns, first.column + $0 % filter.columns)
    }
  }

  var testDescription: String {
    "\(images)×\(height)×\(width), \(inputs) to \(outputs), \(filter) taps from \(first)"
  }

  func with(_ body: (inout kernel_convolution) -> Void) {
    withConvolution(
      images: images, height: height, width: width, inputs: inputs, outputs: outputs, stride: 1,
      taps: taps, body)
  }
}

/// Minimal filtering along rows against the direct kernels, in guarded memory.
@Suite struct RowFilteringTests {
  /// Rows that tiles cover whole and in part, down to a pixel; channels around whole vectors and panels;
  /// windows that reach far outside, start inside, or leave a gap; more rows than a block or chunk.
  static let cases = [
    RowFilteringCase(images: 3, height: 8, width: 8, inputs: 16, outputs: 16, kernel: 3),
    RowFilteringCase(
      images: 2, height: 5, width: 7, inputs: 33, outputs: 65, kernel: 5, activation: KERNEL_ELU),
    RowFilteringCase(
      images: 1, height: 9, width: 4, inputs: 1, outputs: 130, kernel: 5, activation: KERNEL_RELU),
    RowFilteringCase(images: 7, height: 2, width: 1, inputs: 17, outputs: 3, kernel: 3),
    RowFilteringCase(images: 2, height: 33, width: 19, inputs: 20, outputs: 18, kernel: 5),
    RowFilteringCase(images: 1, height: 3, width: 380, inputs: 20, outputs: 18, kernel: 3),
    RowFilteringCase(images: 13, height: 12, width: 12, inputs: 18, outputs: 20, kernel: 3),
    RowFilteringCase(
      images: 3, height: 3, width: 10, inputs: 5, outputs: 64, filter: (1, 3), first: (-7, -7)),
    RowFilteringCase(
      images: 2, height: 6, width: 11, inputs: 17, outputs: 5, filter: (7, 5), first: (-3, 2)),
    RowFilteringCase(
      images: 2, height: 6, width: 9, inputs: 7, outputs: 16, filter: (2, 3), first: (3, -1)),
  ]

  @Test(arguments: cases) func convolution(_ test: RowFilteringCase) {
    var numbers = GuardedNumbers(seed: 30)
    let x = numbers.buffer(test.pixels * test.inputs)
    let weights = numbers.buffer(test.taps.count * test.inputs * test.outputs)
    let (bias, addend) = (numbers.buffer(test.outputs), numbers.buffer(test.pixels * test.outputs))
    let packed = packedWeights(
      weights, taps: test.taps.count, inputs: test.inputs, outputs: test.outputs)
    let direct = GuardedBuffer(count: addend.count)
    // The addend may be the output itself.
    let filtered = GuardedBuffer(addend.elements)
    test.with { shape in
      kernel_convolve(
        &shape, x.pointer, packed.pointer, bias.pointer, addend.pointer, test.activation,
        direct.pointer, 0, test.pixels)
      let transformed = transformedWeights(packed, transposed: false, &shape)
      for rows in [0..<test.rows / 3, test.rows / 3..<test.rows] {
        let scratch = GuardedBuffer(count: kernel_row_filtering_scratch_count(&shape))
        kernel_row_filtering_convolve(
          &shape, x.pointer, transformed.pointer, bias.pointer, filtered.pointer, test.activation,
          filtered.pointer, scratch.pointer, rows.lowerBound, rows.upperBound)
        #expect(scratch.isIntact)
      }
    }
    expectClose(filtered, direct)
  }

  @Test(arguments: cases) func adjoint(_ test: RowFilteringCase) {
    var numbers = GuardedNumbers(seed: 31)
    let g = numbers.buffer(test.pixels * test.outputs)
    let weights = numbers.buffer(test.taps.count * test.inputs * test.outputs)
    let bias = numbers.buffer(test.inputs)
    let packed = packedWeights(
      weights, taps: test.taps.count, inputs: test.outputs, outputs: test.inputs, transposed: true)
    let direct = GuardedBuffer(count: test.pixels * test.inputs)
    let filtered = GuardedBuffer(count: direct.count)
    test.with { shape in
      kernel_convolve_transposed(
        &shape, g.pointer, packed.pointer, bias.pointer, test.activation, direct.pointer, 0,
        test.rows)
      let transformed = transformedWeights(packed, transposed: true, &shape)
      for rows in [0..<test.rows / 3, test.rows / 3..<test.rows] {
        let scratch = GuardedBuffer(count: kernel_row_filtering_scratch_count(&shape))
        kernel_row_filtering_convolve_transposed(
          &shape, g.pointer, transformed.pointer, bias.pointer, nil, test.activation,
          filtered.pointer, scratch.pointer, rows.lowerBound, rows.upperBound)
        #expect(scratch.isIntact)
      }
    }
    expectClose(filtered, direct)
  }

  @Test(arguments: cases) func weightGradient(_ test: RowFilteringCase) {
    var numbers = GuardedNumbers(seed: 32)
    let x = numbers.buffer(test.pixels * test.inputs)
    let g = numbers.buffer(test.pixels * test.outputs)
    let perTap = test.inputs * test.outputs
    let direct = GuardedBuffer(count: test.taps.count * perTap)
    let filtered = GuardedBuffer(count: direct.count)
    test.with { shape in
      kernel_convolution_weight_gradient(
        &shape, x.pointer, g.pointer, direct.pointer, 0, test.taps.count * test.inputs)
      let productRows = kernel_row_filtering_product_rows(&shape)
      let products = GuardedBuffer(count: productRows * test.outputs)
      let chunkRows = Int(kernel_row_filtering_chunk_rows(&shape))
      for first in stride(from: 0, to: test.rows, by: chunkRows) {
        let chunk = GuardedBuffer(count: kernel_row_filtering_chunk_count(&shape))
        let count = Int32(min(test.rows - first, chunkRows))
        for part in [0..<count / 3, count / 3..<count] {
          kernel_row_filtering_transform_chunk(
            &shape, x.pointer, g.pointer, first, count, chunk.pointer, part.lowerBound,
            part.upperBound)
        }
        for part in [0..<productRows / 3, productRows / 3..<productRows] {
          kernel_row_filtering_multiply_chunk(
            &shape, chunk.pointer, first, count, first == 0, products.pointer, part.lowerBound,
            part.upperBound)
        }
        #expect(chunk.isIntact && products.isIntact)
      }
      for part in [0..<perTap / 3, perTap / 3..<perTap] {
        kernel_row_filtering_weight_gradient(
          &shape, products.pointer, filtered.pointer, part.lowerBound, part.upperBound)
      }
    }
    expectClose(filtered, direct)
  }

  /// An output must not depend on the rows of its call, nor on any pixel below those that it reads.
  @Test(arguments: [3, 5]) func outputsDependOnTheRowsOfTheirTapsAlone(kernel: Int) {
    var numbers = GuardedNumbers(seed: 33)
    let test = RowFilteringCase(
      images: 5, height: 13, width: 17, inputs: 19, outputs: 67, kernel: kernel)
    let x = numbers.buffer(test.pixels * test.inputs)
    let weights = numbers.buffer(test.taps.count * test.inputs * test.outputs)
    let packed = packedWeights(
      weights, taps: test.taps.count, inputs: test.inputs, outputs: test.outputs)
    test.with { shape in
      let transformed = transformedWeights(packed, transposed: false, &shape)
      let scratch = GuardedBuffer(count: kernel_row_filtering_scratch_count(&shape))
      func bits(rowsAtATime step: Int) -> [UInt32] {
        let y = GuardedBuffer(count: test.pixels * test.outputs)
        for first in stride(from: 0, to: test.rows, by: step) {
          kernel_row_filtering_convolve(
            &shape, x.pointer, transformed.pointer, nil, nil, KERNEL_IDENTITY, y.pointer,
            scratch.pointer, first, min(first + step, test.rows))
        }
        return y.bits
      }
      let whole = bits(rowsAtATime: test.rows)
      for step in [1, 2, 7, 13] { #expect(bits(rowsAtATime: step) == whole) }
      let row = 6
      for i in row * test.width * test.inputs..<(row + 1) * test.width * test.inputs {
        x.pointer[i] += 1
      }
      let past = (row + 1) * test.width * test.outputs
      let changed = bits(rowsAtATime: test.rows)
      #expect(changed[..<past] == whole[..<past])
      #expect(changed[past] != whole[past])
    }
  }

  @Test(arguments: [
    // A prior's windows.
    (5, 16, 128, 256, true), (3, 8, 64, 64, true),
    // Thin layers, tiles that reach far beyond the image, another width, enormous weights and maps.
    (3, 8, 8, 64, false), (3, 5, 64, 64, false), (7, 8, 64, 64, false), (3, 8, 512, 1024, false),
    (3, 400, 64, 64, false),
  ])
  func isChosenByShapeButNotByBatch(
    kernel: Int, side: Int, inputs: Int, outputs: Int, isFaster: Bool
  ) {
    let test = RowFilteringCase(
      images: 1, height: side, width: side, inputs: inputs, outputs: outputs, kernel: kernel)
    for images in [1, 64] {
      test.with { shape in
        shape.images = Int32(images)
        #expect(kernel_row_filtering_is_faster(&shape) == isFaster)
      }
    }
  }

  private func transformedWeights(
    _ packed: GuardedBuffer, transposed: Bool, _ shape: inout kernel_convolution
  ) -> GuardedBuffer {
    let result = GuardedBuffer(count: kernel_row_filtering_weights_count(&shape, transposed))
    let perTap = packed.count / Int(shape.tap_count)
    let middle = perTap / 3 / 16 * 16
    for part in [0..<middle, middle..<perTap] {
      kernel_row_filtering_transform_weights(
        &shape, packed.pointer, transposed, result.pointer, part.lowerBound, part.upperBound)
    }
    #expect(result.isIntact)
    return result
  }

  /// Within the error that the kernels promise.
  private func expectClose(
    _ actual: GuardedBuffer, _ expected: GuardedBuffer,
    at location: SourceLocation = #_sourceLocation
  ) {
    #expect(actual.isIntact, sourceLocation: location)
    let largest = expected.elements.map(abs).max() ?? 0
    let error = zip(actual.elements, expected.elements).map { abs($0 - $1) }.max() ?? 0
    let isFinite = actual.elements.allSatisfy(\.isFinite)
    #expect(isFinite && error <= 4e-6 * largest, "\(error) of \(largest)", sourceLocation: location)
  }
}
