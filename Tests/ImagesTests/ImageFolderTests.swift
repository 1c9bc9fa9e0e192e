import Foundation
import Images
import Testing

@Suite("Folders of PNGs")
struct ImageFolderTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func add(_ value: UInt8, _ name: String, height: Int = 2, width: Int = 3) throws {
    try folder.write(plainImage(value, height: height, width: width).pngBytes(), to: name)
  }

  private func error(size: ImageSize? = nil) -> String? {
    do {
      _ = try ImageFolder(folder.path, size: size, color: .grey)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test("A flat folder: sorted by bytes, hidden and other files passed over")
  func flat() throws {
    try add(1, "b.png")
    try add(2, "B.PNG")
    try add(3, "a10.png")
    try add(4, "a9.png")
    try add(5, ".hidden.png")
    try add(6, "ä.png")
    try folder.write([1], to: "notes.txt")
    let images = try ImageFolder(folder.path, size: nil, color: .grey)
    #expect(images.count == 5)
    #expect(try images.firstSamples() == [2, 3, 4, 1, 6])
    #expect(images.classNames.isEmpty)
    #expect(images.label(at: 0) == nil)
    #expect(images.passedOver == ["1 .txt"])
    #expect(images.shape == ImageShape(size: ImageSize(height: 2, width: 3), channels: 1))
  }

  @Test("A sub-folder is a class")
  func classes() throws {
    try add(1, "dog/1.png")
    try add(2, "cat/2.png")
    try add(3, "cat/1.png")
    try add(4, "eel/x.png")
    try folder.write([1], to: "eel/readme")
    try folder.write([1], to: "readme")
    let images = try ImageFolder(folder.path, size: nil, color: .grey)
    #expect(images.classNames == ["cat", "dog", "eel"])
    #expect(try images.firstSamples() == [3, 2, 1, 4])
    #expect((0..<4).map { images.label(at: $0) } == [0, 0, 1, 2])
    #expect(images.passedOver == ["2 without an ending"])
  }

  @Test("Links to folders are classes; links to files are images")
  func links() throws {
    try add(1, "cat/1.png")
    let target = try TemporaryFolder()
    try target.write(plainImage(2).pngBytes(), to: "2.png")
    let files = FileManager.default
    try files.createSymbolicLink(
      atPath: folder.file("dog"), withDestinationPath: target.path)
    try files.createSymbolicLink(
      atPath: folder.file("cat/2.png"), withDestinationPath: target.file("2.png"))
    let images = try ImageFolder(folder.path, size: nil, color: .grey)
    #expect(try images.firstSamples() == [1, 2, 2])
    #expect((0..<3).map { images.label(at: $0) } == [0, 0, 1])
  }

  @Test("Names need not be UTF-8")
  func oddNames() throws {
    let bytes = try plainImage(9).pngBytes()
    let name = Array(folder.path.utf8) + [0x2F, 0xFF, 0x0A] + Array(".png".utf8) + [0]
    let descriptor = open(name.map { CChar(bitPattern: $0) }, O_WRONLY | O_CREAT, 0o600)
    #expect(write(descriptor, bytes, bytes.count) == bytes.count)
    close(descriptor)
    let images = try ImageFolder(folder.path, size: nil, color: .grey)
    #expect(try images.firstSamples() == [9])
  }

  @Test("Different sizes are refused, or brought to one")
  func sizes() throws {
    try add(1, "1.png")
    try add(2, "2.png", height: 5, width: 4)
    #expect(
      error()
        == "\(folder.file("2.png")) is 4×5 pixels, \(folder.file("1.png")) is 3×2; "
        + "give --size to bring all images to one size")
    let images = try ImageFolder(folder.path, size: ImageSize(square: 4), color: .color)
    #expect(images.shape == ImageShape(size: ImageSize(square: 4), channels: 3))
    #expect(try images.image(at: 1).bytes == [UInt8](repeating: 2, count: 48))
  }

  @Test("An image replaced by one of another size is refused when read")
  func changedSize() throws {
    try add(1, "1.png")
    try add(2, "2.png")
    let images = try ImageFolder(folder.path, size: nil, color: .grey)
    try add(2, "2.png", height: 5)
    #expect {
      try images.image(at: 1)
    } throws: {
      "\($0)".hasPrefix("\(folder.file("2.png")) is 3×5 pixels")
    }
  }

  @Test("Empty, missing and ambiguous folders are refused with a remedy")
  func refusals() throws {
    let remedy =
      "give a folder of .png, .jpg or .webp files, or of one sub-folder of them for each class"
    #expect(error() == "\(folder.path) holds no picture; \(remedy)")
    try folder.write([1], to: "readme")
    #expect(error() == "\(folder.path) holds no picture; \(remedy)")

    try add(1, "cat/1.png")
    try folder.write([1], to: "dog/readme")
    try add(1, "1.png")
    #expect(
      error()
        == "\(folder.path) holds both pictures and sub-folders of pictures; "
        + "move the pictures into a sub-folder, their class")

    let missing = folder.file("missing")
    #expect {
      try ImageFolder(missing, size: nil, color: .grey)
    } throws: {
      "\($0)" == "\(missing) cannot be listed: No such file or directory; "
        + "check the path and its permissions"
    }
  }

  @Test("A PNG cut short is named")
  func cutShort() throws {
    try add(1, "1.png")
    try folder.write(plainImage(2).pngBytes().dropLast(20), to: "2.png")
    let images = try ImageFolder(folder.path, size: nil, color: .grey)
    #expect {
      try images.image(at: 1)
    } throws: {
      "\($0)"
        == "\(folder.file("2.png")) is a damaged PNG (cut short); copy or export it again"
    }
  }
}
