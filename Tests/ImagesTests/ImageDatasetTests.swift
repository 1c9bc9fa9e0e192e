import Foundation
import Images
import Testing

@Suite("Datasets")
struct ImageDatasetTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  /// A hundred images of one pixel, each its own number, in ten classes.
  private func numbers() throws -> IDXDataset {
    let images = try folder.write(idx([100, 1, 1], Array(0..<100)), to: "images")
    let labels = try folder.write(idx([100], (0..<100).map { $0 % 10 }), to: "labels")
    return try IDXDataset(images: images, labels: labels, size: nil, color: .grey)
  }

  @Test("A split has each image once, in order, with its label")
  func split() throws {
    let dataset = try numbers()
    let (training, heldOut) = try dataset.split(holdOut: 20, seed: 3)
    #expect(training.count == 80 && heldOut.count == 20)
    let kept = try training.firstSamples()
    let held = try heldOut.firstSamples()
    #expect(kept == kept.sorted() && held == held.sorted())
    #expect((kept + held).sorted() == Array(0..<100))
    #expect(heldOut.classNames == dataset.classNames)
    for index in 0..<heldOut.count {
      #expect(heldOut.baseIndex(at: index) == Int(held[index]))
      #expect(heldOut.label(at: index) == Int(held[index]) % 10)
    }
  }

  @Test("A split is a function of its seed")
  func splitSeeds() throws {
    let dataset = try numbers()
    let held = try [3, 3, 4].map { try dataset.split(holdOut: 20, seed: $0).heldOut.firstSamples() }
    #expect(held[0] == held[1])
    #expect(held[0] != held[2])
  }

  @Test("A split leaves something on both sides", arguments: [-1, 0, 100, 101])
  func impossibleSplit(holdOut: Int) throws {
    let dataset = try numbers()
    #expect {
      try dataset.split(holdOut: holdOut, seed: 0)
    } throws: {
      "\($0)" == "--held-out \(holdOut) cannot be taken from 100 images; "
        + "hold out at least 1 and at most 99"
    }
  }

  @Test("A path is a folder of PNGs or an IDX file")
  func opening() throws {
    try folder.write(plainImage(5).pngBytes(), to: "pngs/a.png")
    let images = try folder.write(idx([2, 1, 1], [7, 8]), to: "images")
    let labels = try folder.write(idx([2], [1, 0]), to: "labels")
    func open(_ path: String, labels: String? = nil) throws -> any ImageDataset {
      try openDataset(path: path, labels: labels, size: nil, color: .grey)
    }
    #expect(try open(folder.file("pngs")).firstSamples() == [5])
    #expect(try open(images).firstSamples() == [7, 8])
    #expect(try open(images, labels: labels).classNames == ["0", "1"])
    #expect {
      try open(folder.file("pngs"), labels: labels)
    } throws: {
      "\($0)" == "\(labels) is not UTF-8 text, in line 1; "
        + "give a table of comma-separated values in UTF-8"
    }
    #expect {
      try open(folder.file("missing"))
    } throws: {
      "\($0)" == "\(folder.file("missing")) cannot be opened: No such file or directory; "
        + "check the path and its permissions"
    }
  }
}
