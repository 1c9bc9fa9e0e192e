import Artifacts
import FileReading
import Foundation
import Testing

/// Files of every version of the formats there has been. They are never replaced, only added to.
@Suite struct CompatibilityTests {
  private static let artifactReaders = FileReader.allCases.filter(\.readsArtifacts)

  @Test(arguments: FileReader.allCases)
  func filesOfEveryVersionAreRead(reader: FileReader) throws {
    let folder = try seedFolder(of: reader)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    for name in names {
      #expect(reader.verdict(on: "\(folder)/\(name)") == .read, "\(reader)/\(name)")
    }
    guard reader.readsArtifacts else { return }
    for version in 1...ArtifactMetadata.formatVersion {
      #expect(names.contains { $0.hasSuffix("version-\(version).safetensors") }, "\(reader)")
    }
  }

  @Test(arguments: artifactReaders)
  func aNewerVersionIsRefusedByName(reader: FileReader) throws {
    let folder = try seedFolder(of: reader)
    let name = try #require(FileManager.default.contentsOfDirectory(atPath: folder).first)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
    let place = try #require(bytes.range(of: Data(#""format_version":"1""#.utf8)))
    bytes[place.upperBound - 2] = UInt8(ascii: "2")
    let path = NSTemporaryDirectory() + "newer-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try bytes.write(to: URL(fileURLWithPath: path))
    #expect {
      try reader.read(path)
    } throws: {
      "\($0)" == "\(path) has format version 2; this build reads up to 1; update it"
    }
  }
}
