import Foundation
import Images
import Testing

@Suite("Trees of folders")
struct FolderTreeTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func add(_ value: UInt8, _ name: String) throws {
    try folder.write(plainImage(value).pngBytes(), to: name)
  }

  private func open() throws -> ImageFolder {
    try ImageFolder(folder.path, size: nil, color: .grey)
  }

  @Test("A class is a top-level folder; its pictures lie at any depth, sorted by their paths")
  func depth() throws {
    try add(1, "cat/2.png")
    try add(2, "cat/1/deep/er/x.png")
    try add(3, "cat/1/a.png")
    try add(4, "dog/2019/1.png")
    let images = try open()
    #expect(images.classNames == ["cat", "dog"])
    #expect(try images.firstSamples() == [3, 2, 1, 4])
    #expect((0..<4).map { images.label(at: $0) } == [0, 0, 0, 1])
    #expect(
      (0..<4).map { images.name(at: $0) }
        == ["cat/1/a.png", "cat/1/deep/er/x.png", "cat/2.png", "dog/2019/1.png"])
  }

  @Test("Folders without a picture are passed over and named, files are counted by kind")
  func passedOver() throws {
    try add(1, "cat/1.png")
    try add(2, "dog/1.png")
    try add(3, "@eaDir/cat.png/thumbnail.png")
    try add(4, "dog/@eaDir/1.png/thumbnail.png")
    try folder.write([1], to: "__MACOSX/cat/._1.png")
    try folder.write([1], to: "eel/notes.TXT")
    for name in ["a.txt", "b.gif", "c.Gif", "d.gif", "e", "f.thisisnoending"] {
      try folder.write([1], to: "cat/\(name)")
    }
    let images = try open()
    #expect(images.classNames == ["cat", "dog"])
    #expect(try images.firstSamples() == [1, 2])
    #expect(
      images.passedOver == [
        "3 .gif, 2 .txt, 2 without an ending",
        "3 folders without a picture ('@eaDir', '__MACOSX', 'eel')",
      ])
  }

  @Test("A flat folder may have folders without a picture beside its own")
  func flat() throws {
    try add(1, "1.png")
    for name in ["a", "b", "c", "d"] { try folder.write([1], to: "\(name)/x.pdf") }
    let images = try open()
    #expect(images.classNames.isEmpty && images.count == 1)
    #expect(
      images.passedOver == ["4 .pdf", "4 folders without a picture ('a', 'b', 'c', …)"])
  }

  @Test("Links that lead back up are no trap")
  func loops() throws {
    try add(1, "cat/in/1.png")
    let files = FileManager.default
    try files.createSymbolicLink(
      atPath: folder.file("cat/in/up"), withDestinationPath: folder.file("cat"))
    let images = try open()
    #expect(try images.firstSamples() == [1])
  }

  @Test("Folders of classes are refused, and one of them is proposed")
  func splits() throws {
    try add(1, "Val/cat/1.png")
    try add(1, "train/cat/1.png")
    try add(1, "train/dog/1.png")
    try add(1, "test/1.png")
    #expect {
      try open()
    } throws: {
      "\($0)" == "\(folder.path) holds folders of classes: Val, train; "
        + "give one of them, such as \(folder.path)/train"
    }
    // Beside another class, `train` is one that has carriages.
    try add(1, "car/1.png")
    #expect(try open().classNames == ["Val", "car", "test", "train"])
  }
}
