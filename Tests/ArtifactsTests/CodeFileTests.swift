import Artifacts
import Foundation
import Testing

@Suite struct CodeFileTests {
  private let folder: TemporaryFolder
  private let layout = CodeFileLayout.twoLevels

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test func isReadBack() throws {
    let path = folder("codes.safetensors")
    let writer = try CodeFileWriter(path: path, layout: layout, count: 3, vqvae: "abc")
    try writer.append(
      codes: ["top": [0, 1, 2, 3], "bottom": [10, 11, 12, 13, 20, 21, 22, 65_535]], labels: [1, -1])
    try writer.append(codes: ["top": [3, 3], "bottom": [30, 31, 32, 33]], labels: [0])
    let digest = try writer.finish()

    let file = try CodeFile(path: path)
    #expect(file.digest == digest)
    #expect(file.sources == ["vqvae": "abc"])
    #expect(file.layout == layout)
    #expect(file.count == 3)
    #expect(try file.readLabels() == [1, -1, 0])
    #expect(try file.readCodes(level: "top", images: 0..<3) == [0, 1, 2, 3, 3, 3])
    #expect(try file.readCodes(level: "bottom", images: 1..<2) == [20, 21, 22, 65_535])
    #expect(try file.readCodes(level: "bottom", images: 2..<2) == [])
    #expect(try SafetensorsFile(path: path).description(of: "top")?.shape == [3, 1, 2])
    #expect {
      _ = try file.level("middle")
    } throws: {
      "\($0)" == "\(path) has no level 'middle'; pass one of: top, bottom"
    }
  }

  @Test func anUnfinishedFileIsNotThere() throws {
    do {
      let writer = try CodeFileWriter(path: folder("a"), layout: layout, count: 2, vqvae: "abc")
      try writer.append(codes: ["top": [0, 1], "bottom": [0, 1, 2, 3]], labels: [0])
    }
    #expect(try folder.contents() == [])
  }

  @Test func aCodeOutsideItsCodebookIsNamed() throws {
    let path = try write(top: [0, 1, 2, 3, 3, 4], labels: [0, 0, 0])
    let file = try CodeFile(path: path)
    #expect(try file.readCodes(level: "top", images: 0..<2) == [0, 1, 2, 3])
    #expect {
      _ = try file.readCodes(level: "top", images: 1..<3)
    } throws: {
      "\($0)" == "\(path) has code 4 in level 'top' of image 2, beyond its codebook of 4; "
        + "extract the codes again"
    }
  }

  @Test(arguments: [Int32(2), -2, .max, .min])
  func aLabelThatIsNoClassIsNamed(label: Int32) throws {
    let path = try write(top: [0, 0, 0, 0, 0, 0], labels: [0, label, 1])
    let file = try CodeFile(path: path)
    #expect {
      _ = try file.readLabels()
    } throws: {
      "\($0)" == "\(path) has label \(label) for image 1, beyond its 2 classes; "
        + "extract the codes again"
    }
  }

  @Test func tensorsAndConfigurationMustAgree() throws {
    let top = CodeLevel(name: "top", height: 1, width: 2, codebookSize: 4)
    func layout(_ levels: [CodeLevel], imageShape: [Int] = [8, 8, 1]) -> CodeFileLayout {
      CodeFileLayout(levels: levels, classNames: [], imageShape: imageShape)
    }
    let wrong = [
      layout([]),
      layout([top, top]),
      layout([top], imageShape: [8, 8]),
      layout([top], imageShape: [8, -8, 1]),
      layout([CodeLevel(name: "top", height: 2, width: 2, codebookSize: 4)]),
      layout([CodeLevel(name: "top", height: 0, width: 2, codebookSize: 4)]),
      layout([CodeLevel(name: "top", height: .max, width: .max, codebookSize: 4)]),
      layout([CodeLevel(name: "top", height: 1, width: 2, codebookSize: 65_537)]),
      layout([CodeLevel(name: "labels", height: 1, width: 2, codebookSize: 4)]),
      layout([CodeLevel(name: "middle", height: 1, width: 2, codebookSize: 4)]),
    ]
    for layout in wrong {
      let path = try write(layout, top: [0, 0], labels: [0])
      #expect {
        _ = try CodeFile(path: path)
      } throws: {
        "\($0)" == "\(path) is damaged: its tensors are not those of its configuration; "
          + "extract the codes again"
      }
    }
  }

  /// Writes a file that a `CodeFileWriter` would refuse to.
  private func write(
    _ layout: CodeFileLayout? = nil, top: [UInt16], labels: [Int32]
  ) throws -> String {
    let path = folder("codes.safetensors")
    let metadata = try ArtifactMetadata(kind: .codes, configuration: layout ?? self.layout)
    let bottom = [UInt16](repeating: 0, count: labels.count * 4)
    let tensors = [
      StoredTensor("top", shape: [labels.count, 1, 2], .uint16(top)),
      StoredTensor("bottom", shape: [labels.count, 2, 2], .uint16(bottom)),
      StoredTensor("labels", shape: [labels.count], .int32(labels)),
    ]
    try Artifact(metadata: metadata, tensors: tensors).write(to: path)
    return path
  }
}

extension CodeFileLayout {
  /// Codes of two small levels, the bottom's with as many entries as 16 bits can number.
  static let twoLevels = CodeFileLayout(
    levels: [
      CodeLevel(name: "top", height: 1, width: 2, codebookSize: 4),
      CodeLevel(name: "bottom", height: 2, width: 2, codebookSize: 65_536),
    ], classNames: ["zero", "one"], imageShape: [8, 8, 1])
}
