import Foundation
import ProcessTesting
import Testing

/// Samples are a function of the seed, however the work is divided.
@Suite struct DeterminismTests {
  private let pipeline: Pipeline
  private let own: TemporaryFolder

  init() throws {
    pipeline = try Pipeline.shared.get()
    own = try TemporaryFolder()
  }

  @Test(arguments: [(1, 7), (2, 7), (2, 64)])
  func samplesDependNeitherOnThreadsNorOnBatches(threads: Int, batch: Int) throws {
    let outcome = try Command.sampleImages(models: pipeline.folder.path, output: "best")
      .with("--keep", "0.25", "--threads", "\(threads)", "--batch", "\(batch)").run(in: own)
    #expect(outcome.code == 0)
    #expect(try own.snapshot(of: "best") == pipeline.folder.snapshot(of: "best"))
  }

  @Test func anotherSeedGivesOtherImages() throws {
    let outcome = try Command.sampleImages(models: pipeline.folder.path, output: "unfiltered")
      .with("--seed", "1").run(in: own)
    #expect(outcome.code == 0)
    let one = try pipeline.folder.snapshot(of: "unfiltered")
    let other = try own.snapshot(of: "unfiltered")
    #expect(one.keys == other.keys)
    let differing = one.keys.count { one[$0] != other[$0] }
    #expect(differing > one.count / 2)
  }

}
