import Foundation
import Images
import Testing

@Suite("Writing PNG")
struct PNGWriterTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test(
    "What is written is read back byte for byte",
    arguments: [(1, 1, 1), (1, 1, 3), (28, 28, 1), (17, 31, 3), (300, 200, 3)])
  func roundTrip(height: Int, width: Int, channels: Int) throws {
    let image = noiseImage(height: height, width: width, channels: channels)
    let path = folder.file("image.png")
    try image.writePNG(to: path)
    #expect(try Image(contentsOf: path, color: channels == 1 ? .grey : .color) == image)
    #expect(try folder.contents() == ["image.png"])
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(image.pngBytes()))
  }

  @Test("An image already there is replaced")
  func replacement() throws {
    let path = folder.file("image.png")
    try plainImage(1).writePNG(to: path)
    try plainImage(2).writePNG(to: path)
    #expect(try Image(contentsOf: path, color: .grey) == plainImage(2))
  }

  @Test("Regular images are compressed")
  func compression() throws {
    #expect(try plainImage(9, height: 512, width: 512).pngBytes().count < 2_000)
  }

  @Test("A folder that does not exist is named")
  func missingFolder() throws {
    let path = folder.file("missing/image.png")
    #expect {
      try plainImage(0).writePNG(to: path)
    } throws: {
      "\($0)" == "\(path) cannot be written: No such file or directory; "
        + "check that its folder exists, is writable and has space"
    }
  }

  @Test("A failure leaves nothing behind")
  func nothingLeft() throws {
    let path = folder.file("taken")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    #expect(throws: ImageError.self) { try plainImage(0).writePNG(to: path) }
    #expect(try folder.contents() == ["taken"])
  }

  @Test("Grey becomes colour and colour grey")
  func conversion() {
    let grey = noiseImage(height: 3, width: 4, channels: 1)
    let color = grey.converted(to: .color)
    #expect(color.bytes == grey.bytes.flatMap { [$0, $0, $0] })
    #expect(color.converted(to: .grey) == grey)
    #expect(grey.converted(to: .grey) == grey)
    let shape = ImageShape(size: ImageSize(height: 1, width: 3), channels: 3)
    let primaries = Image(shape: shape, bytes: [255, 0, 0, 0, 255, 0, 0, 0, 255])
    #expect(primaries.converted(to: .grey).bytes == [54, 182, 18])
  }
}
