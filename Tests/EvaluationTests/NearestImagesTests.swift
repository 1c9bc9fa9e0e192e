import Evaluation
import Images
import Tensors
import Testing

@Suite struct NearestImagesTests {
  @Test func findsTheCopyAndHowFarTheOthersAre() throws {
    let shape = ImageShape(size: ImageSize(height: 9, width: 7), channels: 3)
    let dataset = MemoryImages.random(2500, shape)
    let copies = [2499, 0, 1023, 1024].map { dataset.images[$0] }
    let changed = Image(
      shape: shape, bytes: dataset.images[77].bytes.map { $0 < 128 ? $0 + 51 : $0 - 51 })
    let nearest = try nearestImages(to: copies + [changed], in: dataset)
    #expect(nearest.map(\.index) == [2499, 0, 1023, 1024, 77])
    #expect(nearest.prefix(4).allSatisfy { $0.distance == 0 })
    #expect(abs(nearest[4].distance - 0.2) < 1e-4)
  }

  @Test func largeImagesAreComparedReduced() throws {
    let dataset = MemoryImages.random(
      20, ImageShape(size: ImageSize(height: 80, width: 40), channels: 1))
    let nearest = try nearestImages(to: [dataset.images[11]], in: dataset)
    #expect(nearest == [NearestImage(index: 11, distance: 0)])
  }

  @Test func noImagesHaveNoNeighbors() throws {
    let dataset = MemoryImages.random(2, ImageShape(size: ImageSize(square: 8), channels: 1))
    #expect(try nearestImages(to: [], in: dataset).isEmpty)
  }
}
