import Images
import Testing

@Suite("Known pixels")
struct KnownPixelsTests {
  private let size = ImageSize(height: 4, width: 4)
  /// Of 4×4 pixels numbered from 1, row by row.
  private let image = Image(
    shape: ImageShape(size: ImageSize(height: 4, width: 4), channels: 1), bytes: Array(1...16))

  private func mask(_ isKnown: [Int]) -> KnownPixels {
    KnownPixels(
      lightIn: Image(shape: image.shape, bytes: (0..<16).map { isKnown.contains($0) ? 128 : 127 }))
  }

  @Test("Upper rows are rounded to whole ones")
  func rows() {
    let half = KnownPixels(upperRows: 0.6, of: size)
    #expect(half.blanking(image).bytes == Array(1...8) + [UInt8](repeating: 0x80, count: 8))
    #expect(KnownPixels(upperRows: 1, of: size).blanking(image) == image)
    #expect(
      KnownPixels(upperRows: 0, of: size).filling(image).bytes
        == [UInt8](repeating: 0x80, count: 16))
  }

  @Test("A cell is known where all its pixels are")
  func cells() {
    #expect(
      KnownPixels(upperRows: 0.75, of: size).cells(height: 2, width: 2)
        == [true, true, false, false])
    #expect(mask(Array(0..<15)).cells(height: 2, width: 2) == [true, true, true, false])
    #expect(mask([0]).cells(height: 1, width: 1) == [false])
  }

  @Test("The nearest known pixels take the place of the others")
  func filling() {
    #expect(
      KnownPixels(upperRows: 0.5, of: size).filling(image).bytes
        == [1, 2, 3, 4, 5, 6, 7, 8, 5, 6, 7, 8, 5, 6, 7, 8])
    #expect(
      mask([0, 15]).filling(image).bytes
        == [1, 1, 1, 1, 1, 1, 1, 16, 1, 1, 16, 16, 1, 16, 16, 16])
  }

  @Test("Colours stay together")
  func colour() {
    let picture = noiseImage(height: 4, width: 4, channels: 3)
    let filled = KnownPixels(upperRows: 0.25, of: size).filling(picture)
    #expect(filled.bytes == (0..<4).flatMap { _ in picture.bytes[..<12] })
  }
}
