import FileReading
import Foundation
import Testing

/// Files that once were mishandled; each has a reader's name, a dash, and what it was.
@Suite struct FoundCasesTests {
  @Test(arguments: FileReader.allCases)
  func isReadOrRefused(reader: FileReader) throws {
    let folder = try #require(Bundle.module.url(forResource: "Found", withExtension: nil)).path
    for name in try FileManager.default.contentsOfDirectory(atPath: folder)
    where name.hasPrefix("\(reader)-") {
      let verdict = reader.verdict(on: "\(folder)/\(name)")
      #expect(verdict == .read || verdict == .refused, "\(name): \(verdict)")
    }
  }
}
