import Artifacts
import Foundation
import Testing

/// Runs the numpy lines of the article on file formats against our own reader and writer.
@Suite(.enabled("needs python3 with numpy") { try runPython("import numpy") })
struct FormatArticleTests {
  private let folder: TemporaryFolder
  private let layout = CodeFileLayout.twoLevels
  private let vqvae = String(repeating: "5a", count: 32)

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test func readsOurCodesAndWritesTheSame() throws {
    let path = folder("codes.safetensors")
    let writer = try CodeFileWriter(path: path, layout: layout, count: 2, vqvae: vqvae)
    try writer.append(
      codes: ["top": [0, 1, 2, 3], "bottom": [10, 11, 12, 13, 20, 21, 22, 65_535]], labels: [1, -1])
    let digest = try writer.finish()

    let lines = try articleLines()
    let script = """
      \(lines)
      metadata, tensors = read("\(path)")
      assert metadata["digest"] == digest(metadata, tensors), "another digest"
      assert tensors["bottom"][1].tolist() == [[20, 21], [22, 65535]], "other codes"
      assert tensors["labels"].tolist() == [1, -1], "other labels"
      configuration = json.loads(metadata["configuration"])
      write_codes("\(path).numpy", configuration, metadata["source.vqvae"], tensors)
      """
    #expect(try runPython(script))

    let file = try CodeFile(path: path + ".numpy")
    #expect(file.layout == layout)
    #expect(file.sources == ["vqvae": vqvae])
    #expect(file.count == 2)
    #expect(try file.readLabels() == [1, -1])
    // The configuration is the same JSON in another spelling, so the identity is another one.
    #expect(file.digest != digest)
  }

  private func articleLines() throws -> String {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Sources/VQVAE2/VQVAE2.docc/FileFormats.md")
    let article = try String(contentsOf: path, encoding: .utf8)
    let blocks = article.components(separatedBy: "```python\n").dropFirst()
    try #require(blocks.count == 1)
    return try #require(blocks.first?.components(separatedBy: "```").first)
  }
}

/// Whether a Python script ends without an error.
private func runPython(_ script: String) throws -> Bool {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = ["python3", "-c", script]
  try process.run()
  process.waitUntilExit()
  return process.terminationStatus == 0
}
