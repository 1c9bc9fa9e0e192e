import Artifacts
import Testing

/// Vectors of NIST's examples for FIPS 180-4 and of its SHAVS.
@Suite struct SHA256Tests {
  private static let vectors: [(message: String, digest: String)] = [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
        + "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
    (
      String(repeating: "a", count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ]

  @Test(arguments: vectors)
  func knownDigest(message: String, digest: String) {
    var sha = SHA256()
    sha.update(message)
    #expect(sha.finish() == digest)
  }

  @Test(arguments: [1, 3, 55, 63, 64, 65, 127, 1000])
  func splittingDoesNotMatter(pieceSize: Int) {
    let bytes = (0..<3000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    var whole = SHA256()
    bytes.withUnsafeBytes { whole.update($0) }
    var pieces = SHA256()
    for start in stride(from: 0, to: bytes.count, by: pieceSize) {
      bytes[start..<min(start + pieceSize, bytes.count)].withUnsafeBytes { pieces.update($0) }
    }
    #expect(pieces.finish() == whole.finish())
  }

  @Test func finishingLeavesTheDigestOpen() {
    var sha = SHA256()
    sha.update("a")
    _ = sha.finish()
    sha.update("bc")
    #expect(sha.finish() == Self.vectors[1].digest)
  }

  @Test func fileLargerThanAPiece() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([UInt8](repeating: 0x61, count: 3_000_001), to: "bytes")
    var sha = SHA256()
    sha.update(String(repeating: "a", count: 3_000_001))
    #expect(try SHA256.digest(ofFile: path) == sha.finish())
  }
}
