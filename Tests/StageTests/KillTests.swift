import Foundation
import ProcessTesting
import Testing

/// A training that is killed at any moment, again and again, ends with the bytes of one that was not.
/// `pipelines/endurance.sh` does this at length.
@Suite struct KillTests {
  private let pipeline: Pipeline
  private let own: TemporaryFolder

  init() throws {
    pipeline = try Pipeline.shared.get()
    own = try TemporaryFolder()
  }

  @Test(arguments: ["vqvae", "prior-top", "prior-bottom", "classifier"])
  func killedAtRandomMoments(name: String) throws {
    for input in ["images", "codes.safetensors"] { try own.copy(pipeline.folder(input), to: input) }
    let command = try #require(Pipeline.trainings[name]).with("--checkpoint-interval", "0.02")
    var random = Moments(seed: name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
    for _ in 0..<5 {
      let running = try command.start(in: own)
      usleep(random.next(in: 20_000..<500_000))
      running.send(signal: SIGKILL)
      _ = running.finish()
    }
    let last = try command.run(in: own)
    #expect(last.code == 0, "\(last.errors)")
    #expect(try own.read("\(name).safetensors") == pipeline.folder.read("\(name).safetensors"))
    let left = try own.files().filter { isTemporary($0) || $0.contains("checkpoint") }
    #expect(left == [])
  }
}

/// Moments that are the same in every run of the tests.
private struct Moments {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next(in range: Range<UInt32>) -> UInt32 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return range.lowerBound + UInt32(state >> 33) % UInt32(range.count)
  }
}
