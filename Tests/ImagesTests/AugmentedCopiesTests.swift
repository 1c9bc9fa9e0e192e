import Images
import Testing

/// Images followed by altered copies.
@Suite struct AugmentedCopiesTests {
  private struct Noise: ImageDataset {
    let count = 3
    let classNames = ["even", "odd"]
    let shape = ImageShape(size: ImageSize(square: 8), channels: 3)

    func label(at index: Int) -> Int? { index % 2 }

    func readImage(at index: Int, into buffer: UnsafeMutableBufferPointer<UInt8>) throws {
      let image = noiseImage(height: 8, width: 8, channels: 3)
      _ = buffer.update(fromContentsOf: image.bytes.map { $0 &+ UInt8(index) })
    }
  }

  @Test func followTheirImage() throws {
    let base = Noise()
    let copies = AugmentedCopies(of: base, copies: 4, by: Augmentation(seed: 1, shift: 2))
    #expect(copies.count == 15 && copies.shape == base.shape)
    #expect(copies.classNames == base.classNames)
    #expect((0..<15).map { copies.label(at: $0) } == (0..<15).map { $0 / 5 % 2 })
    #expect(copies.name(at: 14) == "image 2")
    for index in 0..<3 {
      #expect(try copies.image(at: 5 * index) == base.image(at: index))
      let altered = try Set((5 * index..<5 * index + 5).map { try copies.image(at: $0) })
      #expect(altered.count > 3)
    }
  }

  @Test func mayBeNone() throws {
    let base = Noise()
    let copies = AugmentedCopies(of: base, copies: 0, by: Augmentation(seed: 1, shift: 2))
    #expect(copies.count == 3)
    for index in 0..<3 { #expect(try copies.image(at: index) == base.image(at: index)) }
  }
}
