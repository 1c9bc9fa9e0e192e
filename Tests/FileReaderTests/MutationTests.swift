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
    let files = try FileManager.default.contentsOfDirectory(atPath: seeds).count
    // Making a folder takes longer than reading it: ten thousand in all, not of each.
    let count = reader == .names ? 10_000 / files : 10_000
    let outcome = try Program("mutate-files").run([
      "--reader", reader.rawValue, "--seeds", seeds, "--count", "\(count)",
    ])
    #expect(outcome.code == 0 && outcome.errors == "", "\(outcome)")
    let counts = outcome.output.split(separator: " ").compactMap { Int($0) }
    #expect(counts.count >= 2 && counts[0] + counts[1] >= count * files, "\(outcome.output)")
    // Damage that no reader notices would be no test; but most names are good names, much text is
    // a table, pixels without a checksum may be any pixels, and much of an archive says nothing.
    let refused = counts.dropFirst().first ?? 0
    let isTolerant = [.names, .labels, .jpeg, .webp, .archive].contains(reader)
    #expect(refused > (isTolerant ? 1000 : counts[0]), "\(outcome.output)")
  }
}

/// The folder of whole files that a reader reads.
func seedFolder(of reader: FileReader) throws -> String {
  try #require(Bundle.module.url(forResource: "Seeds/\(reader.rawValue)", withExtension: nil)).path
}
