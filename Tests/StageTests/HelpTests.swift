import Foundation
import ProcessTesting
import Testing

/// Compares the help of every stage with the text in Help.
///
/// Where help was changed on purpose, run the tests with UPDATE_HELP=1 in the environment: they
/// write the texts anew and fail, so that nobody forgets to look at the difference.
@Suite struct HelpTests {
  /// All programs for users.
  static let programs = [
    "decode-codes", "evaluate", "extract-codes", "extract-emoji", "import-reference",
    "prepare-images", "reconstruct-images", "sample-images", "train-classifier", "train-prior",
    "train-vqvae", "tune-rejection",
  ]

  @Test(arguments: programs)
  func help(name: String) throws {
    let outcome = try Program(name).run(["--help"])
    #expect(outcome.code == 0 && outcome.errors.isEmpty)
    #expect(outcome.output.contains("EXAMPLE\n  \(name) --"))
    if ProcessInfo.processInfo.environment["UPDATE_HELP"] != nil {
      try Data(outcome.output.utf8).write(to: sources.appendingPathComponent("\(name).txt"))
      Issue.record("\(name).txt was written anew")
    }
    let expected = try #require(
      Bundle.module.url(forResource: name, withExtension: "txt", subdirectory: "Help"))
    #expect(try outcome.output == String(contentsOf: expected, encoding: .utf8))
  }

  /// Whoever need not give a flag is told what is done without it.
  @Test(arguments: programs)
  func everyFlagThatMayBeLeftOutShowsItsDefault(name: String) throws {
    let help = try Program(name).run(["--help"]).output
    let parts = help.split(separator: /USAGE: |OPTIONS:\n/)
    try #require(parts.count == 3)
    let required = parts[1].replacing(/\[[^\]]*\]/, with: "").matches(of: /--[a-z-]+/).map(\.output)
    var flag: Substring?
    var texts: [Substring: String] = [:]
    for line in parts[2].split(separator: "\n") {
      if line.hasPrefix("  -") { flag = line.firstMatch(of: /^ {2}(--[a-z-]+) </)?.1 }
      if let flag { texts[flag, default: ""] += " " + line }
    }
    #expect(texts.count >= 3)
    let untold = texts.filter { !required.contains($0.key) && !$0.value.contains("default:") }.keys
    #expect(untold.isEmpty, "\(untold.sorted()) have no default")
  }

  private var sources: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Help")
  }
}
