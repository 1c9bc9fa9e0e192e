import Foundation
import Images
import Testing

/// Random windows of pictures in the place of their middles.
@Suite struct RandomCropTests {
  /// A picture that says of each pixel where it is.
  private struct Places: ImageDataset {
    let count = 2
    let classNames: [String] = []
    let shape = ImageShape(size: ImageSize(square: 4), channels: 3)
    let height: Int
    let width: Int

    func label(at index: Int) -> Int? { nil }

    func picture(at index: Int) -> Image {
      let bytes = (0..<height * width).flatMap { pixel -> [UInt8] in
        [UInt8(pixel / width), UInt8(pixel % width), 7]
      }
      return Image(
        shape: ImageShape(size: ImageSize(height: height, width: width), channels: 3), bytes: bytes)
    }

    func readImage(at index: Int, into buffer: UnsafeMutableBufferPointer<UInt8>) {
      _ = buffer.update(fromContentsOf: picture(at: index).resized(toFill: shape.size).bytes)
    }
  }

  private func windows(
    _ dataset: some ImageDataset, _ augmentation: Augmentation, count: Int = 400,
    from start: Int = 0
  ) throws -> [Image] {
    let loader = ImageLoader(
      dataset, order: DataOrder(count: dataset.count, seed: 1, shuffled: true), batchSize: count,
      startPosition: start, count: count, augmentation: augmentation)
    return try #require(try loader.next()).images(of: dataset.shape)
  }

  @Test("At a scale of 1 windows are copies, from everywhere in the picture")
  func copies() throws {
    var corners: Set<[UInt8]> = []
    for image in try windows(Places(height: 7, width: 9), Augmentation(seed: 1, crop: 1...1)) {
      let corner = image.bytes.prefix(2)
      for (pixel, start) in stride(from: 0, to: image.bytes.count, by: 3).enumerated() {
        #expect(
          Array(image.bytes[start..<start + 2])
            == [corner[0] + UInt8(pixel / 4), corner[1] + UInt8(pixel % 4)])
      }
      corners.insert(Array(corner))
    }
    #expect(corners.count == 4 * 6)
  }

  @Test("Scales lie within their bounds, but a window is never more than the picture")
  func scales() throws {
    /// Pixels of the picture that one column of the window stands for.
    func ratios(_ dataset: Places, _ scale: ClosedRange<Double>) throws -> [Double] {
      try windows(dataset, Augmentation(seed: 2, crop: scale)).map {
        Double(Int($0.bytes[7]) - Int($0.bytes[4]))
      }
    }
    let half = try ratios(Places(height: 100, width: 100), 0.1...0.5)
    #expect((half.min() ?? 0) >= 1 && (half.max() ?? 0) <= 11 && Set(half).count > 4)
    #expect(
      try ratios(Places(height: 8, width: 80), 0.01...0.02).allSatisfy { (1...3).contains($0) })
    // Too small a picture is enlarged, and the window is all of it.
    let small = try windows(Places(height: 2, width: 2), Augmentation(seed: 3, crop: 0.5...1))
    #expect(Set(small.map(\.bytes)).count == 1)
  }

  @Test("A window is a function of the seed and the position")
  func determinism() throws {
    let places = Places(height: 50, width: 40)
    let augmentation = Augmentation(seed: 4, shift: 1, flipsHorizontally: true, crop: 0.2...1)
    let all = try windows(places, augmentation)
    #expect(try windows(places, augmentation, count: 100, from: 300) == Array(all[300...]))
    var other = augmentation
    other.seed = 5
    #expect(try windows(places, other) != all)
    #expect(Set(all.map(\.bytes)).count > 300)
  }

  @Test("Copies of an image are windows; the image itself stays its middle")
  func ofCopies() throws {
    let places = Places(height: 20, width: 20)
    let copies = AugmentedCopies(of: places, copies: 3, by: Augmentation(seed: 6, crop: 0.3...1))
    #expect(try copies.image(at: 4) == places.image(at: 1))
    #expect(try Set((4..<8).map { try copies.image(at: $0) }).count == 4)
  }

  @Test("Files, subsets and turned images have pictures larger than themselves")
  func pictures() throws {
    let folder = try TemporaryFolder()
    let large = noiseImage(height: 12, width: 10, channels: 3)
    try folder.write(large.pngBytes(), to: "images/a.png")
    try folder.write(idx([1, 12, 10, 3], large.bytes), to: "idx")
    for name in ["images", "idx"] {
      let dataset = try openDataset(
        path: folder.file(name), labels: nil, size: ImageSize(square: 4), color: .color)
      #expect(try Subset(of: dataset, at: [0]).picture(at: 0) == large)
      let turned = RotatedImages(of: dataset)
      #expect(try turned.picture(at: 0) == large)
      #expect(try turned.picture(at: 1).size == ImageSize(height: 10, width: 12))
    }
  }

  @Test("The fingerprint knows of windows")
  func fingerprints() throws {
    let places = Places(height: 20, width: 20)
    let plain = try fingerprint(of: places)
    #expect(try fingerprint(of: places, croppedWithin: nil) == plain)
    let cropped = try fingerprint(of: places, croppedWithin: 0.5...1)
    #expect(try cropped != plain && cropped != fingerprint(of: places, croppedWithin: 0.25...1))
  }
}
