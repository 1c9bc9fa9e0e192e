import Kernels
import Testing

/// A convolution that minimal filtering can compute: 3×3 taps, or 4×4 with a stride of 2.
struct FilteringCase: CustomTestStringConvertible, Sendable {
  let images: Int
  let height: Int
  let width: Int
  let inputs: Int
  let outputs: Int
  let stride: Int
  /// The row and column offset of the first tap.
  var first = (row: -1, column: -1)
  var activation = KERNEL_IDENTITY

  var outputHeight: Int { (height + stride - 1) / stride }
  var outputWidth: Int { (width + stride - 1) / stride }
  var outputPixels: Int { images * outputHeight * outputWidth }
  var taps: [(row: Int, column: Int)] {
    let side = stride == 1 ? 3 : 4
    return (0..<side * side).map { (first.row + $0 / side, first.column + $0 % side) }
  }

  var testDescription: String {
    "\(images)×\(height)×\(width), \(inputs) to \(outputs), stride \(stride), taps from \(first)"
  }

  func with(_ body: (inout kernel_convolution) -> Void) {
    withConvolution(
      images: images, height: height, width: width, inputs: inputs, outputs: outputs,
      stride: stride, taps: taps, body)
  }
}

/// Minimal filtering against the direct kernels, which other tests hold against loops in double
/// precision. In guarded memory, so that what it touches beyond its tensors is seen.
@Suite struct WinogradTests {
  /// Maps that tiles of 4×4 cover whole and in part, down to a pixel; channels around whole vectors and
  /// panels; windows that reach far outside, or start inside.
  static let cases = [
    FilteringCase(images: 2, height: 8, width: 8, inputs: 16, outputs: 16, stride: 1),
    FilteringCase(
      images: 3, height: 5, width: 7, inputs: 33, outputs: 65, stride: 1,
      activation: KERNEL_RELU),
    FilteringCase(
      images: 1, height: 9, width: 4, inputs: 1, outputs: 130, stride: 1, activation: KERNEL_ELU),
    FilteringCase(images: 7, height: 1, width: 1, inputs: 17, outputs: 3, stride: 1),
    FilteringCase(
      images: 2, height: 6, width: 11, inputs: 64, outputs: 5, stride: 1, first: (-2, 0)),
    FilteringCase(
      images: 1, height: 3, width: 10, inputs: 5, outputs: 64, stride: 1, first: (1, -7)),
    FilteringCase(images: 2, height: 16, width: 16, inputs: 16, outputs: 32, stride: 2),
    FilteringCase(
      images: 3, height: 9, width: 13, inputs: 33, outputs: 65, stride: 2,
      activation: KERNEL_RELU),
    FilteringCase(
      images: 1, height: 7, width: 2, inputs: 130, outputs: 1, stride: 2, activation: KERNEL_ELU),
    FilteringCase(images: 5, height: 1, width: 1, inputs: 3, outputs: 17, stride: 2),
    FilteringCase(
      images: 2, height: 10, width: 5, inputs: 20, outputs: 48, stride: 2, first: (0, -2)),
    FilteringCase(
      images: 1, height: 12, width: 9, inputs: 7, outputs: 16, stride: 2, first: (-3, 2)),
    // More tiles than a block has, and more than a chunk.
    FilteringCase(images: 13, height: 12, width: 12, inputs: 18, outputs: 20, stride: 1),
  ]

  @Test(arguments: cases) func convolution(_ test: FilteringCase) {
    var numbers = GuardedNumbers(seed: 20)
    let x = numbers.buffer(test.images * test.height * test.width * test.inputs)
    let weights = numbers.buffer(test.taps.count * test.inputs * test.outputs)
    let (bias, addend) = (
      numbers.buffer(test.outputs), numbers.buffer(test.outputPixels * test.outputs)
    )
    let packed = packedWeights(
      weights, taps: test.taps.count, inputs: test.inputs, outputs: test.outputs)
    let direct = GuardedBuffer(count: addend.count)
    let filtered = GuardedBuffer(count: addend.count)
    test.with { shape in
      kernel_convolve(
        &shape, x.pointer, packed.pointer, bias.pointer, addend.pointer, test.activation,
        direct.pointer, 0, test.outputPixels)
      let transformed = filteringWeights(packed, transposed: false, &shape)
      for tiles in tileRanges(&shape) {
        let scratch = GuardedBuffer(count: kernel_winograd_scratch_count(&shape))
        kernel_winograd_convolve(
          &shape, x.pointer, transformed.pointer, bias.pointer, addend.pointer, test.activation,
          filtered.pointer, scratch.pointer, tiles.lowerBound, tiles.upperBound)
        #expect(scratch.isIntact)
      }
    }
    expectClose(filtered, direct)
  }

  @Test(arguments: cases) func adjoint(_ test: FilteringCase) {
    var numbers = GuardedNumbers(seed: 21)
    let g = numbers.buffer(test.outputPixels * test.outputs)
    let weights = numbers.buffer(test.taps.count * test.inputs * test.outputs)
    let bias = numbers.buffer(test.inputs)
    let packed = packedWeights(
      weights, taps: test.taps.count, inputs: test.outputs, outputs: test.inputs, transposed: true)
    let count = test.images * test.height * test.width * test.inputs
    let (direct, filtered) = (GuardedBuffer(count: count), GuardedBuffer(count: count))
    test.with { shape in
      kernel_convolve_transposed(
        &shape, g.pointer, packed.pointer, bias.pointer, test.activation, direct.pointer, 0,
        test.images * test.outputHeight)
      let transformed = filteringWeights(packed, transposed: true, &shape)
      for tiles in tileRanges(&shape) {
        let scratch = GuardedBuffer(count: kernel_winograd_scratch_count(&shape))
        kernel_winograd_convolve_transposed(
          &shape, g.pointer, transformed.pointer, bias.pointer, test.activation, filtered.pointer,
          scratch.pointer, tiles.lowerBound, tiles.upperBound)
        #expect(scratch.isIntact)
      }
    }
    expectClose(filtered, direct)
  }

  @Test(arguments: cases) func weightGradient(_ test: FilteringCase) {
    var numbers = GuardedNumbers(seed: 22)
    let x = numbers.buffer(test.images * test.height * test.width * test.inputs)
    let g = numbers.buffer(test.outputPixels * test.outputs)
    let perTap = test.inputs * test.outputs
    let direct = GuardedBuffer(count: test.taps.count * perTap)
    let filtered = GuardedBuffer(count: direct.count)
    test.with { shape in
      kernel_convolution_weight_gradient(
        &shape, x.pointer, g.pointer, direct.pointer, 0, test.taps.count * test.inputs)
      let rows = kernel_winograd_product_rows(&shape)
      let products = GuardedBuffer(count: rows * test.outputs)
      let tiles = kernel_winograd_tiles(&shape)
      let chunkTiles = Int(kernel_winograd_chunk_tiles(&shape))
      for first in stride(from: 0, to: tiles, by: chunkTiles) {
        let chunk = GuardedBuffer(count: kernel_winograd_chunk_count(&shape))
        let count = Int32(min(tiles - first, chunkTiles))
        for part in [0..<count / 3, count / 3..<count] {
          kernel_winograd_transform_chunk(
            &shape, x.pointer, g.pointer, first, chunk.pointer, part.lowerBound, part.upperBound)
        }
        for part in [0..<rows / 3, rows / 3..<rows] {
          kernel_winograd_multiply_chunk(
            &shape, chunk.pointer, count, first == 0, products.pointer, part.lowerBound,
            part.upperBound)
        }
        #expect(chunk.isIntact && products.isIntact)
      }
      for part in [0..<perTap / 3, perTap / 3..<perTap] {
        kernel_winograd_weight_gradient(
          &shape, products.pointer, filtered.pointer, part.lowerBound, part.upperBound)
      }
    }
    expectClose(filtered, direct)
  }

  /// An output must not depend on the tiles beside its own: neither on those of the same call nor on
  /// its place among them.
  @Test(arguments: [1, 2]) func tilesDoNotDependOnEachOther(stride: Int) {
    var numbers = GuardedNumbers(seed: 23)
    let test = FilteringCase(
      images: 5, height: 13, width: 17, inputs: 19, outputs: 67, stride: stride)
    let x = numbers.buffer(test.images * test.height * test.width * test.inputs)
    let weights = numbers.buffer(test.taps.count * test.inputs * test.outputs)
    let packed = packedWeights(
      weights, taps: test.taps.count, inputs: test.inputs, outputs: test.outputs)
    test.with { shape in
      let transformed = filteringWeights(packed, transposed: false, &shape)
      let scratch = GuardedBuffer(count: kernel_winograd_scratch_count(&shape))
      let tiles = kernel_winograd_tiles(&shape)
      let results = [1, 2, 7, tiles].map { step in
        let y = GuardedBuffer(count: test.outputPixels * test.outputs)
        for first in Swift.stride(from: 0, to: tiles, by: step) {
          kernel_winograd_convolve(
            &shape, x.pointer, transformed.pointer, nil, nil, KERNEL_IDENTITY, y.pointer,
            scratch.pointer, first, min(first + step, tiles))
        }
        return y.bits
      }
      #expect(results.allSatisfy { $0 == results[0] })
    }
  }

  @Test func aNumberThatIsNoneIsSeen() {
    let test = FilteringCase(images: 1, height: 8, width: 8, inputs: 16, outputs: 16, stride: 1)
    let weights = GuardedBuffer([Float](repeating: 1, count: 9 * 16 * 16))
    let packed = packedWeights(weights, taps: 9, inputs: 16, outputs: 16)
    let x = GuardedBuffer([Float](repeating: 1, count: 64 * 16))
    x.pointer[(3 * 8 + 4) * 16 + 5] = .nan
    let y = GuardedBuffer(count: x.count)
    test.with { shape in
      let transformed = filteringWeights(packed, transposed: false, &shape)
      let scratch = GuardedBuffer(count: kernel_winograd_scratch_count(&shape))
      kernel_winograd_convolve(
        &shape, x.pointer, transformed.pointer, nil, nil, KERNEL_RELU, y.pointer, scratch.pointer,
        0, kernel_winograd_tiles(&shape))
    }
    for row in 2...4 {
      for column in 3...5 {
        let pixel = y.elements[(row * 8 + column) * 16..<(row * 8 + column + 1) * 16]
        let isSeen = pixel.allSatisfy(\.isNaN)
        #expect(isSeen, "row \(row), column \(column)")
      }
    }
  }

  /// All tiles in two calls.
  private func tileRanges(_ shape: inout kernel_convolution) -> [Range<Int>] {
    let tiles = kernel_winograd_tiles(&shape)
    return [0..<tiles / 3, tiles / 3..<tiles]
  }

  private func filteringWeights(
    _ packed: GuardedBuffer, transposed: Bool, _ shape: inout kernel_convolution
  ) -> GuardedBuffer {
    let result = GuardedBuffer(count: kernel_winograd_weights_count(&shape, transposed))
    let perTap = packed.count / Int(shape.tap_count)
    let middle = perTap / 3 / 16 * 16
    for part in [0..<middle, middle..<perTap] {
      kernel_winograd_transform_weights(
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
    #expect(isFinite && error <= 3e-6 * largest, "\(error) of \(largest)", sourceLocation: location)
  }
}
