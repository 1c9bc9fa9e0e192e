import Artifacts
import Foundation
import Testing

@Suite struct ResumableArtifactTests {
  private let folder: TemporaryFolder
  private let tensors = [
    TensorDescription(name: "sums", dataType: .int32, shape: [4]),
    TensorDescription(name: "bytes", dataType: .uint8, shape: [4, 2]),
  ]

  init() throws {
    folder = try TemporaryFolder()
  }

  private func metadata(_ configuration: String = "some") throws -> ArtifactMetadata {
    try ArtifactMetadata(kind: .images, configuration: [configuration])
  }

  private func open(_ metadata: ArtifactMetadata) throws -> ResumableArtifact {
    try ResumableArtifact(path: folder("a.safetensors"), metadata: metadata, tensors: tensors)
  }

  private func bytes(of file: ResumableArtifact) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 9, count: 8)
    try bytes.withUnsafeMutableBufferPointer { try file.read("bytes", .uint8, at: 0, into: $0) }
    return bytes
  }

  @Test func severalRunsGiveTheBytesOfOne() throws {
    var file = try open(metadata())
    #expect(!file.isResumed)
    try file.write(.uint8([5, 6]), to: "bytes", at: 4)
    file = try open(metadata())
    #expect(file.isResumed)
    #expect(try bytes(of: file) == [0, 0, 0, 0, 5, 6, 0, 0])
    try file.write(.uint8([1, 2, 3, 4]), to: "bytes", at: 0)
    try file.write(.uint8([7, 8]), to: "bytes", at: 6)
    try file.write(.int32([1, -2, 3, -4]), to: "sums", at: 0)
    let digest = try file.finish()
    let path = folder("a.safetensors")
    #expect(try ArtifactFile(path: path, kind: .images).digest == digest)

    let other = folder("b.safetensors")
    let writer = try ArtifactWriter(path: other, metadata: metadata(), tensors: tensors)
    try writer.append(.uint8([1, 2, 3, 4, 5, 6, 7, 8]), to: "bytes")
    try writer.append(.int32([1, -2, 3, -4]), to: "sums")
    #expect(try writer.finish() == digest)
    #expect(FileManager.default.contentsEqual(atPath: path, andPath: other))
    #expect(!FileManager.default.fileExists(atPath: folder("a.partial.safetensors")))
  }

  @Test func anotherFileIsBegunAnew() throws {
    try open(metadata()).write(.uint8([5, 6]), to: "bytes", at: 4)
    let other = try open(metadata("more"))
    #expect(!other.isResumed)
    #expect(try bytes(of: other) == [UInt8](repeating: 0, count: 8))
  }

  /// As if the process had ended between sealing the file and moving it to its place.
  @Test func aSealedFileIsNoOther() throws {
    let file = try open(metadata())
    try file.write(.uint8([UInt8](1...8)), to: "bytes", at: 0)
    try file.finish()
    try FileManager.default.moveItem(
      atPath: folder("a.safetensors"), toPath: folder("a.partial.safetensors"))
    let again = try open(metadata())
    #expect(again.isResumed)
    #expect(try bytes(of: again) == [UInt8](1...8))
  }

  @Test func anUnfinishedFileIsRefused() throws {
    _ = try open(metadata())
    let path = folder("a.partial.safetensors")
    #expect {
      try ArtifactFile(path: path, kind: .images, unread: true)
    } throws: {
      "\($0)" == "\(path) is unfinished; run the command that was writing it again"
    }
  }
}
