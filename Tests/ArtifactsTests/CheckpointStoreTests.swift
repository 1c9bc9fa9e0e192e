import Artifacts
import Foundation
import Testing

@Suite struct CheckpointStoreTests {
  private let folder: TemporaryFolder
  private let store: CheckpointStore

  init() throws {
    folder = try TemporaryFolder()
    store = CheckpointStore(besides: folder("vqvae.safetensors"))
  }

  private func save(step: Int64) throws {
    let metadata = try ArtifactMetadata(kind: .checkpoint, configuration: ["steps": 10])
    let state = StoredTensor("step", shape: [], .int64([step]))
    try store.save(Artifact(metadata: metadata, tensors: [state]))
  }

  private func loadedStep() throws -> Int64? {
    try store.load()?.file.tensors.readInt64("step").first
  }

  @Test func theLastTwoAreKept() throws {
    #expect(try store.load() == nil)
    for step in Int64(1)...3 {
      try save(step: step)
      #expect(try loadedStep() == step)
    }
    #expect(
      try folder.contents() == [
        "vqvae.checkpoint.previous.safetensors", "vqvae.checkpoint.safetensors",
      ])
    try FileManager.default.removeItem(atPath: store.path)
    #expect(try loadedStep() == 2)
  }

  @Test func aDamagedOneGivesWayToThePrevious() throws {
    try save(step: 1)
    try save(step: 2)
    try damage(store.path)
    let checkpoint = try #require(try store.load())
    #expect(try checkpoint.file.tensors.readInt64("step") == [1])
    #expect(
      checkpoint.warning
        == "\(store.path) is damaged: its contents do not match its digest; "
        + "going on from the checkpoint before it")
    // The next save must not have only a damaged one to fall back on.
    try save(step: 3)
    try damage(store.path)
    #expect(try loadedStep() == 1)
  }

  @Test func twoDamagedOnesAreRefused() throws {
    try save(step: 1)
    try save(step: 2)
    for path in [store.path, store.previousPath] { try damage(path) }
    let before = try folder.contents()
    #expect {
      _ = try store.load()
    } throws: {
      "\($0)"
        == "\(store.path) is damaged: its contents do not match its digest, and so is the one "
        + "before it; remove \(store.path) and \(store.previousPath) to start from the beginning"
    }
    #expect(try folder.contents() == before)
  }

  @Test(arguments: [0, 1]) func aDamagedOneAloneIsRefused(which: Int) throws {
    try save(step: 1)
    try save(step: 2)
    let (kept, gone) =
      which == 0 ? (store.path, store.previousPath) : (store.previousPath, store.path)
    try FileManager.default.removeItem(atPath: gone)
    try damage(kept)
    #expect {
      _ = try store.load()
    } throws: {
      "\($0)" == "\(kept) is damaged: its contents do not match its digest; "
        + "remove \(kept) to start from the beginning"
    }
  }

  @Test func aSaveThatFailsLeavesBoth() throws {
    try save(step: 1)
    try save(step: 2)
    // The temporary's name is taken by a folder, so that nothing can be written.
    let temporary = folder(".vqvae.checkpoint.safetensors.tmp-\(getpid())")
    try FileManager.default.createDirectory(
      atPath: temporary, withIntermediateDirectories: false)
    #expect(throws: FileError.self) { try save(step: 3) }
    #expect(try loadedStep() == 2)
    try FileManager.default.removeItem(atPath: store.path)
    #expect(try loadedStep() == 1)
  }

  @Test func removingLeavesNothing() throws {
    try save(step: 1)
    try save(step: 2)
    try store.remove()
    try store.remove()
    #expect(try folder.contents() == [])
  }

  @Test(arguments: [
    ("m.safetensors", "m.metrics.jsonl"), ("m", "m.metrics.jsonl"), ("m.pt", "m.pt.metrics.jsonl"),
    ("a.b/m.v2.safetensors", "a.b/m.v2.metrics.jsonl"),
  ])
  func companionsAreNamedForTheOutput(output: String, companion: String) {
    #expect(companionPath(of: output, "metrics.jsonl") == companion)
  }

  private func damage(_ path: String) throws {
    var bytes = try readBytes(path)
    bytes[bytes.count - 1] ^= 1
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }
}
