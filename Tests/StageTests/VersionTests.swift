import Foundation
import ProcessTesting
import Testing

/// What every program says of itself.
@Suite struct VersionTests {
  @Test(arguments: HelpTests.programs)
  func version(name: String) throws {
    let outcome = try Program(name).run(["--version"], environment: ["VQVAE_KERNELS": "plain"])
    #expect(outcome.code == 0 && outcome.errors.isEmpty)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(lines.count == 4)
    #expect(lines[0].wholeMatch(of: /vqvae2 \d+\.\d+\.\d+, commit (unknown|[0-9a-f]{12})/) != nil)
    #expect(lines[1] == "traits: Archives, JPEG, WebP" || lines[1].contains("MPI"))
    #expect(lines[2...] == ["kernels: plain", "arithmetic: float32, bfloat16 (emulated)"])
  }

  @Test func theCommitIsTheOneThatWasBuilt() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path()
    let git = Process()
    let answer = Pipe()
    git.executableURL = URL(filePath: "/usr/bin/env")
    git.arguments = ["git", "-C", root, "rev-parse", "--short=12", "HEAD"]
    (git.standardOutput, git.standardError) = (answer, FileHandle.nullDevice)
    try git.run()
    let commit = String(decoding: answer.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    git.waitUntilExit()
    let isRepository = FileManager.default.fileExists(atPath: root + "/.git")
    let outcome = try Program("evaluate").run(["--version"])
    #expect(outcome.output.contains("commit \(isRepository ? commit : "unknown")\n"))
  }
}
