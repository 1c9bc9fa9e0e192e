import Artifacts
import Foundation
import Testing

@Suite struct ShardTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test(arguments: [0, 1, 2, 7, 8, 60, 1001])
  func sharesFollowEachOtherAndAreEqual(total: Int) throws {
    for count in [1, 2, 3, 8, 1000] {
      let shares = try (1...count).map { try #require(Shard($0, of: count)).share(of: total) }
      #expect(shares.flatMap { Array($0) } == Array(0..<total))
      let sizes = shares.map(\.count)
      #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    }
  }

  @Test func thereAreNoOthers() {
    for (number, count) in [(0, 3), (4, 3), (-1, 3), (1, 0), (1, 1001), (.max, .max)] {
      #expect(Shard(number, of: count) == nil)
    }
  }

  @Test func theyLieBesideTheWhole() throws {
    let shard = try #require(Shard(3, of: 8))
    #expect(shard.path(of: "a/codes.safetensors") == "a/codes-3-of-8.safetensors")
    #expect(shard.path(of: "a.b/codes") == "a.b/codes-3-of-8")
  }

  @Test func aSetIsFoundInOrder() throws {
    let whole = folder("codes.safetensors")
    #expect(try Shard.paths(of: whole) == [])
    let others = [
      "codes-1-of-0", "codes-01-of-12", "codes-+2-of-13", "codes-14-of-12", "codes-1-of-1.old",
      "codes-1-2", "other-1-of-3", "codes-x-of-3", "codes-1-of-12-of-13",
    ]
    for name in others { try write("\(name).safetensors") }
    #expect(try Shard.paths(of: whole) == [])
    for number in 1...12 { try write("codes-\(number)-of-12.safetensors") }
    #expect(
      try Shard.paths(of: whole) == (1...12).map { folder("codes-\($0)-of-12.safetensors") })
  }

  @Test func aSetThatIsNotCompleteIsRefused() throws {
    let whole = folder("codes.safetensors")
    for number in [1, 3] { try write("codes-\(number)-of-3.safetensors") }
    expectError(
      "\(folder("codes-2-of-3.safetensors")) is missing, though other shards are there; run the "
        + "stage with --shard 2/3 too", from: whole)
    try write("codes-2-of-3.safetensors")
    try write("codes-1-of-8.safetensors")
    expectError(
      "\(whole) has shards of several sets, of 3, 8 shards; remove all but one set", from: whole)
  }

  private func write(_ name: String) throws {
    try Data().write(to: URL(fileURLWithPath: folder(name)))
  }

  private func expectError(_ line: String, from whole: String) {
    #expect {
      _ = try Shard.paths(of: whole)
    } throws: {
      "\($0)" == line
    }
  }
}
