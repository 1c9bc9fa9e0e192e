import Artifacts
import Foundation
import Testing

@Suite struct AtomicFileTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test func nothingIsSeenBeforeTheCommit() throws {
    let path = try folder.write([1], to: "a")
    let file = try AtomicFile(path: path)
    try append([2, 3], to: file)
    #expect(try readBytes(path) == [1])
    #expect(try folder.contents() == [".a.tmp-\(getpid())", "a"])
    try file.commit()
    #expect(try readBytes(path) == [2, 3])
    #expect(try folder.contents() == ["a"])
  }

  @Test func givingUpLeavesTheOldFile() throws {
    let path = try folder.write([1], to: "a")
    do {
      let file = try AtomicFile(path: path)
      try append([2], to: file)
    }
    #expect(try readBytes(path) == [1])
    #expect(try folder.contents() == ["a"])
  }

  @Test func theOldFileIsKeptOnRequest() throws {
    for byte in UInt8(1)...3 {
      let file = try AtomicFile(path: folder("a"))
      try append([byte], to: file)
      try file.commit(keepingOldAs: folder("b"))
    }
    #expect(try readBytes(folder("a")) == [3])
    #expect(try readBytes(folder("b")) == [2])
    #expect(try folder.contents() == ["a", "b"])
  }

  @Test func keepingTheOldFileLeavesNoMomentWithoutOne() throws {
    let path = try folder.write([0], to: "a")
    let old = folder("b")
    let writer = Thread {
      for byte in UInt8(1)...200 {
        guard let file = try? AtomicFile(path: path) else { return }
        try? append([byte], to: file)
        try? file.commit(keepingOldAs: old)
      }
    }
    writer.start()
    var missing = 0
    while !writer.isFinished {
      if !FileManager.default.fileExists(atPath: path) { missing += 1 }
    }
    #expect(missing == 0)
    #expect(try readBytes(path) == [200] && readBytes(old) == [199])
  }

  @Test func whereThereIsNoFileTheOneBeforeItStays() throws {
    let old = try folder.write([1], to: "b")
    let file = try AtomicFile(path: folder("a"))
    try append([2], to: file)
    try file.commit(keepingOldAs: old)
    #expect(try readBytes(folder("a")) == [2] && readBytes(old) == [1])
  }

  @Test func aLinkIsFollowed() throws {
    let target = try folder.write([1], to: "target")
    try FileManager.default.createSymbolicLink(
      atPath: folder("link"), withDestinationPath: target)
    try AtomicFile.write([2], to: folder("link"))
    #expect(try readBytes(target) == [2])
  }

  @Test func namesMayHoldAnything() throws {
    let name = "a b\n\"ü\u{1b}"
    try AtomicFile.write([1], to: folder(name))
    #expect(try folder.contents() == [name])
  }

  @Test func unwritablePlacesAreNamed() throws {
    _ = try folder.write([1], to: "file")
    let irregular = "cannot be written: it is there and is not a regular file; choose another name"
    let longName = String(repeating: "n", count: 300)
    let places = [
      folder.path: irregular,
      "/dev/full": irregular,
      folder("file/a"): "cannot be written: Not a directory; check the path",
      folder("no/a"):
        "cannot be written: No such file or directory; "
        + "create the folder \(folder("no")) first or choose another place",
      folder(longName): "cannot be written: File name too long; check the path",
      folder("new/"): "cannot be written: it is not the name of a file; choose another name",
    ]
    for (path, message) in places {
      #expect {
        try AtomicFile.checkWritable(path)
      } throws: {
        "\($0)" == "\(path) \(message)"
      }
      #expect {
        try AtomicFile.write([1], to: path)
      } throws: {
        "\($0)" == "\(path) \(message)"
      }
    }
    #expect(try folder.contents() == ["file"])
    #expect {
      try AtomicFile.checkWritable("")
    } throws: {
      "\($0)" == "'' cannot be written: it is not the name of a file; choose another name"
    }
  }

  @Test func checkingLeavesNoTrace() throws {
    try AtomicFile.checkWritable(folder("new"))
    #expect(try folder.contents() == [])
  }

  @Test func aWriteThatFailsLeavesTheOldFile() throws {
    let path = try folder.write([1], to: "a")
    let file = try AtomicFile(path: path)
    // A limit on the size of files stands in for a full disk; no other test writes as much.
    signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit()
    try #require(getrlimit(fileSizeLimit, &limit) == 0)
    let unlimited = limit
    limit.rlim_cur = 64 << 20
    try #require(setrlimit(fileSizeLimit, &limit) == 0)
    defer { setrlimit(fileSizeLimit, [unlimited]) }
    #expect {
      try append([UInt8](repeating: 0, count: 65 << 20), to: file)
    } throws: {
      "\($0)" == "\(path) cannot be written: File too large; "
        + "raise the file size limit (ulimit -f) and run the same command again"
    }
    #expect(try folder.contents() == ["a"])
    #expect(try readBytes(path) == [1])
  }
}

private func append(_ bytes: [UInt8], to file: AtomicFile) throws {
  try bytes.withUnsafeBytes { try file.append($0) }
}

#if canImport(Glibc)
  private let fileSizeLimit = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
#else
  private let fileSizeLimit = RLIMIT_FSIZE
#endif
