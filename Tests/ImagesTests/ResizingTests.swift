import Images
import Testing

@Suite("Resizing")
struct ResizingTests {
  @Test(
    "A plain image stays plain",
    arguments: [(1, 1), (7, 3), (28, 28), (64, 16), (200, 300)], [1, 3])
  func plain(target: (Int, Int), channels: Int) {
    let shape = ImageShape(size: ImageSize(height: 20, width: 31), channels: channels)
    let image = Image(shape: shape, bytes: [UInt8](repeating: 77, count: shape.byteCount))
    let resized = image.resized(toFill: ImageSize(height: target.0, width: target.1))
    #expect(resized.height == target.0 && resized.width == target.1)
    #expect(resized.channels == channels)
    #expect(resized.bytes.allSatisfy { $0 == 77 })
  }

  @Test("A gradient stays a gradient, away from the edges", arguments: [2, 3, 4])
  func reducedGradient(factor: Int) {
    let side = 48
    let shape = ImageShape(size: ImageSize(square: side), channels: 1)
    let image = Image(
      shape: shape, bytes: (0..<side * side).map { UInt8(2 * ($0 % side) + 3 * ($0 / side)) })
    let small = image.resized(toFill: ImageSize(square: side / factor))
    for y in 1..<side / factor - 1 {
      for x in 1..<side / factor - 1 {
        let place = { (index: Int) in (Double(index) + 0.5) * Double(factor) - 0.5 }
        let expected = 2 * place(x) + 3 * place(y)
        #expect(abs(Double(small.bytes[y * side / factor + x]) - expected) <= 0.51)
      }
    }
  }

  @Test("Enlarging is bilinear")
  func enlargedGradient() {
    let shape = ImageShape(size: ImageSize(height: 1, width: 2), channels: 1)
    let image = Image(shape: shape, bytes: [0, 200])
    let large = image.resized(toFill: ImageSize(height: 4, width: 8))
    for row in 0..<4 {
      #expect(Array(large.bytes[8 * row..<8 * row + 8]) == [0, 0, 25, 75, 125, 175, 200, 200])
    }
  }

  @Test("Detail beyond the target averages out instead of aliasing")
  func antialiasing() {
    let shape = ImageShape(size: ImageSize(square: 64), channels: 1)
    let stripes = Image(shape: shape, bytes: (0..<64 * 64).map { $0 % 2 == 0 ? 0 : 255 })
    let small = stripes.resized(toFill: ImageSize(square: 8))
    for (place, value) in small.bytes.enumerated() where (1..<7).contains(place % 8) {
      #expect(abs(Int(value) - 128) <= 1)
    }
  }

  @Test("The mean is preserved", arguments: [5, 13, 16, 31])
  func mean(side: Int) {
    let image = noiseImage(height: 64, width: 64, channels: 3)
    let small = image.resized(toFill: ImageSize(square: side))
    let mean = { (bytes: [UInt8]) in bytes.reduce(0.0) { $0 + Double($1) } / Double(bytes.count) }
    #expect(abs(mean(small.bytes) - mean(image.bytes)) < 3)
  }

  @Test("Channels do not mix")
  func channels() {
    let image = noiseImage(height: 30, width: 22, channels: 3)
    let target = ImageSize(height: 9, width: 7)
    let resized = image.resized(toFill: target)
    for channel in 0..<3 {
      let plane = Image(
        shape: ImageShape(size: image.size, channels: 1),
        bytes: stride(from: channel, to: image.bytes.count, by: 3).map { image.bytes[$0] })
      let expected = plane.resized(toFill: target).bytes
      #expect(
        stride(from: channel, to: resized.bytes.count, by: 3).map { resized.bytes[$0] }
          == expected)
    }
  }

  @Test("Cropping alone copies the middle")
  func crop() {
    let image = noiseImage(height: 4, width: 9, channels: 1)
    let middle = image.resized(toFill: ImageSize(square: 4))
    let expected = (0..<4).flatMap { row in image.bytes[9 * row + 2..<9 * row + 6] }
    #expect(middle.bytes == expected)
    #expect(image.resized(toFill: image.size) == image)
  }

  @Test("The sides of a wide image are cut, evenly")
  func centre() {
    // Black, white in the middle half, black: only white is left of it.
    let shape = ImageShape(size: ImageSize(height: 16, width: 64), channels: 1)
    let image = Image(
      shape: shape, bytes: (0..<16 * 64).map { (16..<48).contains($0 % 64) ? 255 : 0 })
    #expect(image.resized(toFill: ImageSize(square: 4)).bytes.allSatisfy { $0 == 255 })
  }
}
