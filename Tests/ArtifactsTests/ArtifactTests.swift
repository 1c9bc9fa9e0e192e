import Artifacts
import Foundation
import Testing

@Suite struct ArtifactTests {
  private struct Configuration: Codable, Equatable {
    var levels = 2
    var name = "a/b"
  }

  private let folder: TemporaryFolder
  private let tensors = [
    StoredTensor("a", shape: [2], .floats([1, 2])), StoredTensor("b", shape: [1], .int32([3])),
  ]

  init() throws {
    folder = try TemporaryFolder()
  }

  private func artifact(
    kind: ArtifactKind = .prior, configuration: Configuration = Configuration(),
    sources: [String: String] = ["vqvae": "abc"], notes: [String: String] = ["command": "x"],
    tensors: [StoredTensor]? = nil
  ) throws -> Artifact {
    let metadata = try ArtifactMetadata(
      kind: kind, configuration: configuration, sources: sources, notes: notes)
    return Artifact(metadata: metadata, tensors: tensors ?? self.tensors)
  }

  @Test func isReadBack() throws {
    let path = folder("prior.safetensors")
    let written = try artifact()
    let digest = try written.write(to: path)
    let file = try ArtifactFile(path: path, kind: .prior)
    #expect(file.digest == digest)
    #expect(file.metadata == written.metadata)
    #expect(try file.configuration(as: Configuration.self) == Configuration())
    #expect(try file.tensors.readFloats("a") == [1, 2])
    #expect(
      file.tensors.metadata == [
        "kind": "prior", "format_version": "1", "configuration": #"{"levels":2,"name":"a/b"}"#,
        "source.vqvae": "abc", "note.command": "x", "digest": digest,
      ])
  }

  @Test func theSameContentsGiveTheSameBytes() throws {
    try artifact().write(to: folder("a"))
    try artifact().write(to: folder("b"))
    #expect(try readBytes(folder("a")) == readBytes(folder("b")))
  }

  @Test func theDigestIsOfWhatMatters() throws {
    let path = folder("a")
    let digest = try artifact().write(to: path)
    #expect(try artifact(notes: [:]).write(to: path) == digest)
    #expect(try artifact(tensors: tensors.reversed()).write(to: path) == digest)

    let renamed = [tensors[0], StoredTensor("c", shape: [1], .int32([3]))]
    let reshaped = [StoredTensor("a", shape: [1, 2], .floats([1, 2])), tensors[1]]
    let changed = [StoredTensor("a", shape: [2], .floats([1, 3])), tensors[1]]
    let others = [
      try artifact(kind: .vqvae), try artifact(configuration: Configuration(levels: 3)),
      try artifact(sources: [:]), try artifact(tensors: renamed), try artifact(tensors: reshaped),
      try artifact(tensors: changed), try artifact(tensors: [tensors[0]]),
    ]
    let digests = try others.map { try $0.write(to: path) }
    #expect(Set(digests + [digest]).count == others.count + 1)
  }

  @Test func anotherKindIsRefusedByName() throws {
    let path = folder("a.safetensors")
    try artifact().write(to: path)
    #expect {
      _ = try ArtifactFile(path: path, kind: .vqvae)
    } throws: {
      "\($0)" == "\(path) is a 'prior' file, not a 'vqvae' file; pass a 'vqvae' file"
    }
  }

  @Test(arguments: [
    (["kind": "prior"], "does not say what it is; pass a 'prior' file that one of the stages"),
    (["format_version": "one"], "does not say what it is; pass a 'prior' file"),
    (["format_version": "2"], "has format version 2; this build reads up to 1; update it"),
    (["format_version": "1"], "is damaged: its contents do not match its digest"),
  ])
  func strangeMetadataAreRefused(change: [String: String], message: String) throws {
    let path = folder("a.safetensors")
    // The first case has nothing but a kind; the others are complete but for the change.
    let complete = ["kind": "prior", "configuration": "{}", "digest": "0"]
    let metadata = change["kind"] == nil ? complete.merging(change) { $1 } : change
    try SafetensorsWriter(path: path, tensors: [], metadata: metadata).finish()
    #expect {
      _ = try ArtifactFile(path: path, kind: .prior)
    } throws: {
      "\($0)".hasPrefix("\(path) \(message)")
    }
  }

  @Test func aConfigurationOfAnotherShapeIsNamed() throws {
    struct Other: Codable {
      var levels: String
    }
    struct Newer: Codable {
      var attention: Int
    }
    let path = folder("a.safetensors")
    try artifact().write(to: path)
    let file = try ArtifactFile(path: path, kind: .prior)
    let remedy = "; update this build or make the file again"
    #expect {
      _ = try file.configuration(as: Other.self)
    } throws: {
      "\($0)" == "\(path) has a configuration this build cannot use: no String in 'levels'\(remedy)"
    }
    #expect {
      _ = try file.configuration(as: Newer.self)
    } throws: {
      "\($0)"
        == "\(path) has a configuration this build cannot use: no 'attention' at its top\(remedy)"
    }
  }

  @Test func aDeepConfigurationIsRefused() throws {
    indirect enum Nested: Codable {
      case list([Nested])
      init(from decoder: any Decoder) throws {
        self = .list(try decoder.singleValueContainer().decode([Nested].self))
      }
      func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if case .list(let list) = self { try container.encode(list) }
      }
    }
    let nested = (0..<400).reduce(Nested.list([])) { nested, _ in .list([nested]) }
    let metadata = try ArtifactMetadata(kind: .prior, configuration: nested)
    try Artifact(metadata: metadata, tensors: []).write(to: folder("a"))
    let file = try ArtifactFile(path: folder("a"), kind: .prior)
    #expect(throws: FileError.self) { _ = try file.configuration(as: Configuration.self) }
  }

  @Test func filesThatDoNotBelongTogetherAreNamed() throws {
    let vqvae = try artifact(kind: .vqvae, sources: [:])
    let digest = try vqvae.write(to: folder("vqvae.safetensors"))
    try artifact(sources: ["vqvae": digest]).write(to: folder("own.safetensors"))
    try artifact().write(to: folder("other.safetensors"))
    let model = try ArtifactFile(path: folder("vqvae.safetensors"), kind: .vqvae)
    try ArtifactFile(path: folder("own.safetensors"), kind: .prior).checkSource("vqvae", is: model)
    let other = try ArtifactFile(path: folder("other.safetensors"), kind: .prior)
    #expect {
      try other.checkSource("vqvae", is: model)
    } throws: {
      "\($0)"
        == "\(other.path) was not made from \(model.path) but from another vqvae; "
        + "pass the vqvae it was made from or make it again"
    }
  }
}
