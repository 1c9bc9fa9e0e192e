import Foundation
import ProcessTesting
import Testing

/// Two processes that would write the same output.
@Suite struct TwoAtOnceTests {
  private let pipeline: Pipeline
  private let own: TemporaryFolder

  init() throws {
    pipeline = try Pipeline.shared.get()
    own = try TemporaryFolder()
  }

  private func writers() throws -> [(command: Command, output: String)] {
    try own.writeShapes(to: "many", count: 700)
    let folder = pipeline.folder
    return [
      (.prepareImages("many").with("--size", "128"), "images.safetensors"),
      (.trainVQVAE(images: folder("images")), "vqvae.safetensors"),
      (
        .extractCodes(vqvae: folder("vqvae.safetensors"), images: "many", output: "codes"), "codes"
      ),
      (.trainPrior("top", codes: folder("codes.safetensors")), "prior-top.safetensors"),
      (.trainClassifier(images: folder("images")), "classifier.safetensors"),
      (.sampleImages(models: folder.path, count: 3000, output: "samples"), "samples"),
      (
        .extractCodes(vqvae: folder("vqvae.safetensors"), images: "many", output: "codes")
          .with("--shard", "2/2"), "codes-2-of-2"
      ),
      (
        .sampleImages(models: folder.path, count: 3000, output: "samples").with("--shard", "2/2"),
        "samples/samples-2-of-2.safetensors"
      ),
    ]
  }

  @Test func theSecondSaysWhoTheFirstIs() throws {
    for (command, output) in try writers() {
      let first = try command.start(in: own)
      #expect(first.waitForError("%"))
      // Held, so that it cannot end before the second has begun.
      first.send(signal: SIGSTOP)
      let second = try command.run(in: own)
      #expect(second.code == 1 && second.errorLines.count == 1 && second.output.isEmpty)
      let line = try #require(second.errorLines.first)
      let pattern =
        /error: (.*) is being written by process ([0-9]+) on [^ ]+ since [-0-9]+T[:0-9]+Z; wait for it to end, or choose another --output/
      let parts = try #require(line.wholeMatch(of: pattern), "\(line)")
      #expect(parts.1 == output && Int32(parts.2) == first.identifier)

      // The lock of the dead is nobody's, and what they left is cleared away.
      first.send(signal: SIGKILL)
      #expect(first.finish().code == -SIGKILL)
      let third = try command.start(in: own)
      #expect(third.waitForError("%"))
      third.send(signal: SIGSTOP)
      third.send(signal: SIGTERM)
      third.send(signal: SIGCONT)
      #expect(third.finish().code == 143)
      #expect(try own.files().filter(isTemporary) == [], "\(command.program.name)")
    }
  }

  @Test func aReportThatIsBeingWrittenElsewhere() throws {
    let folder = pipeline.folder
    let command = Command.tuneRejection(
      models: folder.path, samples: folder("unfiltered/samples.safetensors"),
      images: folder("images"), output: "report")
    let first = try command.start(in: own)
    #expect(first.waitForError("%"))
    first.send(signal: SIGSTOP)
    let second = try command.run(in: own)
    first.send(signal: SIGCONT)
    #expect(
      second.code == 1
        && second.errors.hasPrefix(
          "error: report is being written by process \(first.identifier) on ")
    )
    #expect(first.finish().code == 0)
    #expect(try own.files().filter(isTemporary) == [])
  }
}
