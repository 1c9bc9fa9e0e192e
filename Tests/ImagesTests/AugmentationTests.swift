import Images
import Testing

@Suite("Augmentation")
struct AugmentationTests {
  private let image = noiseImage(height: 9, width: 12, channels: 3)

  private func augmented(_ image: Image, _ augmentation: Augmentation, at position: Int) -> Image {
    var bytes = image.bytes
    bytes.withUnsafeMutableBufferPointer {
      augmentation.apply(to: $0, shape: image.shape, position: position)
    }
    return Image(shape: image.shape, bytes: bytes)
  }

  /// The image moved by whole pixels, the edge repeated, mirrored first when asked.
  private func moved(_ image: Image, right: Int, down: Int, mirrored: Bool) -> Image {
    var bytes: [UInt8] = []
    for y in 0..<image.height {
      for x in 0..<image.width {
        let column = mirrored ? image.width - 1 - x : x
        let sourceX = min(max(column - right, 0), image.width - 1)
        let sourceY = min(max(y - down, 0), image.height - 1)
        let start = (sourceY * image.width + sourceX) * image.channels
        bytes += image.bytes[start..<start + image.channels]
      }
    }
    return Image(shape: image.shape, bytes: bytes)
  }

  @Test("An augmentation of nothing changes nothing")
  func identity() {
    for position in 0..<20 {
      #expect(augmented(image, Augmentation(seed: 1), at: position) == image)
    }
  }

  @Test("Shifts are whole pixels, all of them, with the edge repeated")
  func shifts() {
    let augmentation = Augmentation(seed: 2, shift: 2)
    var seen: Set<Image> = []
    for position in 0..<500 { seen.insert(augmented(image, augmentation, at: position)) }
    let expected = (-2...2).flatMap { right in
      (-2...2).map { moved(image, right: right, down: $0, mirrored: false) }
    }
    #expect(seen == Set(expected))
  }

  @Test("About half of the images are mirrored")
  func flips() {
    let augmentation = Augmentation(seed: 3, flipsHorizontally: true)
    let mirrored = moved(image, right: 0, down: 0, mirrored: true)
    let results = (0..<400).map { augmented(image, augmentation, at: $0) }
    #expect(results.allSatisfy { $0 == image || $0 == mirrored })
    #expect((150...250).contains(results.count { $0 == mirrored }))
  }

  @Test("Rotation, scale and shear are functions of seed and position")
  func keys() {
    let augmentation = Augmentation(seed: 4, shift: 1, rotation: 12, scaling: 0.1, shear: 0.2)
    let first = augmented(image, augmentation, at: 5)
    #expect(first == augmented(image, augmentation, at: 5))
    #expect(first != augmented(image, augmentation, at: 6))
    var other = augmentation
    other.seed = 5
    #expect(first != augmented(image, other, at: 5))
    #expect(first != image)
  }

  @Test("Rotation turns about the centre, within its bounds")
  func rotation() throws {
    // A gradient from left to right turns into one along the drawn direction.
    let side = 33
    let shape = ImageShape(size: ImageSize(square: side), channels: 1)
    let ramp = Image(shape: shape, bytes: (0..<side * side).map { UInt8(7 * ($0 % side)) })
    var slopes: [Double] = []
    for position in 0..<50 {
      let turned = augmented(ramp, Augmentation(seed: 6, rotation: 20), at: position)
      let sample = { (x: Int, y: Int) in Double(turned.bytes[y * side + x]) }
      #expect(sample(16, 16) == 112)
      let across = (sample(24, 16) - sample(8, 16)) / (16 * 7)
      let down = (sample(16, 24) - sample(16, 8)) / (16 * 7)
      #expect(abs(across * across + down * down - 1) < 0.03)
      slopes.append(down)
    }
    let sineOfLimit = 0.342
    #expect(slopes.allSatisfy { abs($0) < sineOfLimit + 0.01 })
    #expect(try #require(slopes.max()) > 0.2)
    #expect(try #require(slopes.min()) < -0.2)
  }

  @Test("A plain image stays plain")
  func plain() {
    let augmentation = Augmentation(
      seed: 7, shift: 3, flipsHorizontally: true, rotation: 45, scaling: 0.3, shear: 0.3)
    let plain = plainImage(200, height: 10, width: 10)
    for position in 0..<50 { #expect(augmented(plain, augmentation, at: position) == plain) }
  }
}
