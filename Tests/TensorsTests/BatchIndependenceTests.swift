import Tensors
import Testing

/// What an image becomes must not depend on the images beside it.
@Suite struct BatchIndependenceTests {
  static let batches = [1, 7, 64]

  @Test(arguments: [(3, 17), (64, 130), (33, 1)])
  func convolutionsOfAnImage(inputs: Int, outputs: Int) {
    var random = SplitMix64(seed: 100)
    let images = random.tensor([64, 5, 7, inputs])
    let weights = random.tensor([9, inputs, outputs]).tensor
    let transposed = random.tensor([16, outputs, inputs]).tensor
    expectSameRows(images, rowsPerImage: 35) { batch in
      batch.convolved(with: weights, activation: .elu, geometry: .init(taps: .square3))
    }
    expectSameRows(images, rowsPerImage: 12) { batch in
      batch.convolved(with: weights, geometry: .init(taps: .square3, stride: 2))
    }
    expectSameRows(images, rowsPerImage: 140) { batch in
      batch.convolvedTransposed(with: transposed, geometry: .init(taps: .square4, stride: 2))
    }
  }

  @Test func minimalFilteringOfAnImage() {
    var random = SplitMix64(seed: 104)
    let images = random.tensor([64, 16, 12, 16])
    let weights = random.tensor([9, 16, 20]).tensor
    let strided = random.tensor([16, 16, 20]).tensor
    let transposed = random.tensor([16, 20, 16]).tensor
    expectSameRows(images, rowsPerImage: 192) { batch in
      batch.convolved(with: weights, geometry: .init(taps: .square3))
    }
    expectSameRows(images, rowsPerImage: 48) { batch in
      batch.convolved(with: strided, geometry: .init(taps: .square4, stride: 2))
    }
    expectSameRows(images, rowsPerImage: 768) { batch in
      batch.convolvedTransposed(with: transposed, geometry: .init(taps: .square4, stride: 2))
    }
  }

  @Test(arguments: [3, 5]) func causalWindowsOfAnImage(kernel: Int) {
    var random = SplitMix64(seed: 105)
    let images = random.tensor([64, 8, 12, 16])
    let taps = Taps.past(kernel)
    let weights = random.tensor([taps.count, 16, 20]).tensor
    let transposed = random.tensor([taps.count, 20, 16]).tensor
    expectSameRows(images, rowsPerImage: 96) { batch in
      batch.convolved(with: weights, activation: .elu, geometry: .init(taps: taps))
    }
    expectSameRows(images, rowsPerImage: 96) { batch in
      batch.convolvedTransposed(with: transposed, geometry: .init(taps: taps))
    }
  }

  @Test(arguments: [(3, 17), (64, 130), (512, 10)])
  func matrixProductsOfARow(inputs: Int, outputs: Int) {
    var random = SplitMix64(seed: 101)
    let matrix = random.tensor([inputs, outputs]).tensor
    let bias = random.tensor([outputs]).tensor
    expectSameRows(random.tensor([64, inputs]), rowsPerImage: 1) {
      $0.multiplied(by: matrix, bias: bias)
    }
  }

  @Test func attentionOfAnImage() {
    var random = SplitMix64(seed: 102)
    expectSameRows(random.tensor([64, 5, 7, 16]), rowsPerImage: 35) {
      causalAttention(query: $0, key: 2 * $0, value: $0, heads: 2)
    }
  }

  @Test func nearestNeighborsOfARow() {
    var random = SplitMix64(seed: 103)
    let vectors = random.tensor([64, 33]).tensor
    let table = random.tensor([130, 33]).tensor
    let whole = nearestNeighbors(of: vectors, in: table)
    for batch in BatchIndependenceTests.batches {
      let parts = stride(from: 0, to: 64, by: batch).flatMap {
        nearestNeighbors(of: vectors.rowSlice($0..<min($0 + batch, 64)), in: table)
      }
      #expect(parts == whole, "batches of \(batch)")
    }
  }

  /// Expects `operation` to give each image the same bits in batches of 1, 7 and 64.
  private func expectSameRows(
    _ images: DoubleTensor, rowsPerImage: Int, at location: SourceLocation = #_sourceLocation,
    operation: (Tensor) -> Tensor
  ) {
    let whole = operation(images.tensor)
    #expect(whole.rows == 64 * rowsPerImage, sourceLocation: location)
    let perImage = images.elements.count / 64
    for batch in BatchIndependenceTests.batches {
      let parts = stride(from: 0, to: 64, by: batch).flatMap { first in
        let end = min(first + batch, 64)
        let part = DoubleTensor(
          Array(images.elements[first * perImage..<end * perImage]),
          shape: [end - first] + images.shape.dropFirst())
        return operation(part.tensor).bits
      }
      #expect(parts == whole.bits, "batches of \(batch)", sourceLocation: location)
    }
  }
}
