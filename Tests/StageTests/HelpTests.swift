import Foundation
import ProcessTesting
import Testing

/// Compares the help of every stage with the text in Help.
///
/// Where help was changed on purpose, run the tests with UPDATE_HELP=1 in the environment: they
/// write the texts anew and fail, so that nobody forgets to look at the difference.
@Suite struct HelpTests {
  @Test(arguments: [
    "decode-codes", "evaluate", "extract-codes", "extract-emoji", "import-reference",
    "prepare-images", "reconstruct-images", "sample-images", "train-classifier",
    "train-prior", "train-vqvae", "tune-rejection",
  ])
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

  private var sources: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Help")
  }
}
