import FileReading
import Foundation
import ProcessTesting
import Testing

/// Damaged and malicious files by the ten thousand.
///
/// A trap would end the tests, so they are read in a process of their own; it also measures memory.
@Suite struct MutationTests {
  @Test(arguments: FileReader.allCases)
  func everyDamagedFileIsReadOrRefused(reader: FileReader) throws {
    let seeds = try seedFolder(of: reader)
    let outcome = try Program("mutate-files").run([
      "--reader", reader.rawValue, "--seeds", seeds, "--count", "10000",
    ])
    #expect(outcome.code == 0 && outcome.errors == "", "\(outcome)")
    // Damage that no reader notices would be no test.
    let counts = outcome.output.split(separator: " ").compactMap { Int($0) }
    let files = try FileManager.default.contentsOfDirectory(atPath: seeds).count
    #expect(counts.count >= 2 && counts[0] + counts[1] >= 10_000 * files, "\(outcome.output)")
    #expect(counts.count >= 2 && counts[1] > counts[0], "\(outcome.output)")
  }
}

/// The folder of whole files that a reader reads.
func seedFolder(of reader: FileReader) throws -> String {
  try #require(Bundle.module.url(forResource: "Seeds/\(reader)", withExtension: nil)).path
}
