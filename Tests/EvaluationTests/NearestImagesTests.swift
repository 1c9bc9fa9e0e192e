import Evaluation
import Images
import Tensors
import Testing

/// Images of random pixels, kept in memory.
private struct RandomImages: ImageDataset {
  let images: [Image]
  var count: Int { images.count }
  var shape: ImageShape { images[0].shape }
  var classNames: [String] { [] }

  init(count: Int, shape: ImageShape) {
    images = (0..<count).map { index in
      let pixels = Randomness(seed: 1).stream(index).uniforms(shape.byteCount, in: 0...255)
      return Image(shape: shape, bytes: pixels.map { UInt8($0) })
    }
  }

  func label(at index: Int) -> Int? { nil }

  func readImage(at index: Int, into buffer: UnsafeMutableBufferPointer<UInt8>) {
    for (offset, byte) in images[index].bytes.enumerated() { buffer[offset] = byte }
  }
}

@Suite struct NearestImagesTests {
  @Test func findsTheCopyAndHowFarTheOthersAre() throws {
    let shape = ImageShape(size: ImageSize(height: 9, width: 7), channels: 3)
    let dataset = RandomImages(count: 2500, shape: shape)
    let copies = [2499, 0, 1023, 1024].map { dataset.images[$0] }
    let changed = Image(
      shape: shape, bytes: dataset.images[77].bytes.map { $0 < 128 ? $0 + 51 : $0 - 51 })
    let nearest = try nearestImages(to: copies + [changed], in: dataset)
    #expect(nearest.map(\.index) == [2499, 0, 1023, 1024, 77])
    #expect(nearest.prefix(4).allSatisfy { $0.distance == 0 })
    #expect(abs(nearest[4].distance - 0.2) < 1e-4)
  }

  @Test func largeImagesAreComparedReduced() throws {
    let dataset = RandomImages(
      count: 20, shape: ImageShape(size: ImageSize(height: 80, width: 40), channels: 1))
    let nearest = try nearestImages(to: [dataset.images[11]], in: dataset)
    #expect(nearest == [NearestImage(index: 11, distance: 0)])
  }

  @Test func noImagesHaveNoNeighbors() throws {
    let dataset = RandomImages(
      count: 2, shape: ImageShape(size: ImageSize(square: 8), channels: 1))
    #expect(try nearestImages(to: [], in: dataset).isEmpty)
  }
}
