import Kernels
import Testing

/// The choice between the two forms.
@Suite struct WinogradChoiceTests {
  @Test(arguments: [
    (FilteringCase(images: 1, height: 16, width: 16, inputs: 128, outputs: 128, stride: 1), true),
    (FilteringCase(images: 1, height: 7, width: 7, inputs: 64, outputs: 32, stride: 1), true),
    (FilteringCase(images: 1, height: 32, width: 32, inputs: 64, outputs: 128, stride: 2), true),
    // Thin layers, tiles that reach far beyond the image, a single tile, enormous weights.
    (FilteringCase(images: 1, height: 64, width: 64, inputs: 3, outputs: 64, stride: 2), false),
    (FilteringCase(images: 1, height: 5, width: 5, inputs: 128, outputs: 128, stride: 1), false),
    (FilteringCase(images: 1, height: 4, width: 4, inputs: 128, outputs: 128, stride: 1), false),
    (FilteringCase(images: 1, height: 8, width: 8, inputs: 1024, outputs: 512, stride: 1), false),
  ]) func byShapeButNotByBatch(test: FilteringCase, isFaster: Bool) {
    for images in [1, 64] {
      test.with { shape in
        shape.images = Int32(images)
        #expect(kernel_winograd_is_faster(&shape) == isFaster)
      }
    }
  }

  @Test func derivativesInWeightsNeedManyTiles() {
    let test = FilteringCase(images: 2, height: 8, width: 8, inputs: 64, outputs: 64, stride: 1)
    test.with { shape in
      #expect(!kernel_winograd_weight_gradient_is_faster(&shape))
      shape.images = 8
      #expect(kernel_winograd_weight_gradient_is_faster(&shape))
    }
  }

  @Test func otherTapsAndStridesStayDirect() {
    let square = FilteringCase(images: 1, height: 16, width: 16, inputs: 64, outputs: 64, stride: 1)
    let shapes: [(taps: [(row: Int, column: Int)], stride: Int)] = [
      (Array(square.taps.prefix(4)), 1), (square.taps.reversed(), 1), (square.taps, 2),
      ((0..<25).map { ($0 / 5 - 2, $0 % 5 - 2) }, 1), ([(0, 0)], 1),
      ((0..<16).map { ($0 / 4 - 1, $0 % 4 - 1) }, 1),
    ]
    for (taps, stride) in shapes {
      withConvolution(
        images: 1, height: 16, width: 16, inputs: 64, outputs: 64, stride: stride, taps: taps
      ) { shape in
        #expect(!kernel_winograd_is_faster(&shape), "\(taps.count) taps, stride \(stride)")
      }
    }
  }
}
