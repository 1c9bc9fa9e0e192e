import Foundation
import ProcessTesting
import Testing

/// A model that is too large for the memory there is.
@Suite struct OutOfMemoryTests {
  @Test func isSaidInOneLineAndLeavesTheCheckpoint() throws {
    let own = try TemporaryFolder()
    try own.writeShapes(to: "images", count: 20)
    let large = Command.trainVQVAE().with(
      "--batch", "8192", "--steps", "5", "--checkpoint-interval", "0.01")
    let running = try large.start(in: own)
    #expect(running.waitForError(": step 1 "))
    running.send(signal: SIGINT)
    #expect(running.finish().code == 130)
    let checkpoint = try own.read("vqvae.checkpoint.safetensors")

    let outcome = try large.run(in: own, memory: 400)
    #expect(outcome.code == 1 && outcome.output.isEmpty)
    let line =
      /error: the memory does not suffice: [0-9]+ MiB are in use and [0-9]+ MiB more cannot be had; lower --batch, or train with a higher --accumulate or with --recompute/
    #expect(outcome.errorLines.count { $0.hasPrefix("error: ") } == 1, "\(outcome.errors)")
    #expect(outcome.errorLines.last?.wholeMatch(of: line) != nil, "\(outcome.errors)")
    #expect(try own.read("vqvae.checkpoint.safetensors") == checkpoint)
  }
}
