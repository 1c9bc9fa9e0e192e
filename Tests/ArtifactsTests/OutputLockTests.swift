import Artifacts
import Foundation
import Testing

@Suite struct OutputLockTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test(arguments: ["model.safetensors", ""])
  func theSecondIsToldOfTheFirst(name: String) throws {
    let path = name.isEmpty ? folder.path : folder(name)
    let lock = try OutputLock(on: path)
    #expect(try folder.contents() == [name.isEmpty ? ".lock" : ".\(name).lock"])
    #expect {
      _ = try OutputLock(on: path)
    } throws: {
      "\($0)".hasPrefix("\(path) is being written by process \(getpid()) on ")
        && "\($0)".hasSuffix("Z; wait for it to end, or choose another --output")
    }
    lock.release()
    #expect(try folder.contents() == [])
    _ = try OutputLock(on: path)
    #expect(try folder.contents() == [])
  }

  @Test func outputsBesideEachOtherAreFree() throws {
    let locks = try ["a", "b"].map { try OutputLock(on: folder($0)) }
    #expect(try folder.contents() == [".a.lock", ".b.lock"])
    for lock in locks { lock.release() }
  }

  @Test func aLinkIsTheOutputItLeadsTo() throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder("link"), withDestinationPath: try folder.write([1], to: "target"))
    let lock = try OutputLock(on: folder("target"))
    #expect(throws: FileError.self) { try OutputLock(on: folder("link")) }
    lock.release()
  }

  @Test func aLockFileOfTheDeadStopsNobody() throws {
    _ = try folder.write(Array("process 1 on nowhere".utf8), to: ".a.lock")
    let lock = try OutputLock(on: folder("a"))
    #expect(
      String(decoding: try readBytes(folder(".a.lock")), as: UTF8.self).contains("\(getpid())"))
    lock.release()
    #expect(try folder.contents() == [])
  }

  @Test func onlyTemporariesOfTheOutputAreRemoved() throws {
    let kept = [".a.b.tmp-12", ".a.tmp-", ".a.tmp-x", ".b.tmp-12", "a", "a.tmp-12"]
    for name in kept + [".a.tmp-12", ".a.tmp-7"] { _ = try folder.write([1], to: name) }
    try FileManager.default.createDirectory(
      atPath: folder(".a.tmp-3/below"), withIntermediateDirectories: true)
    AtomicFile.removeTemporaries(of: folder("a"))
    #expect(try folder.contents() == kept.sorted())
  }
}
