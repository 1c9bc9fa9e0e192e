import Artifacts
import Foundation
import Models
import PixelCNN
import ProcessTesting
import Testing

/// Trainings whose steps follow from the time they may take.
@Suite struct HoursTests {
  private typealias Configuration = TrainedConfiguration<PriorConfiguration>
  private let own: TemporaryFolder
  private let name = "prior-top"

  init() throws {
    own = try TemporaryFolder()
    try own.copy(Pipeline.shared.get().folder("codes.safetensors"), to: "codes.safetensors")
  }

  /// The small training of a prior, without its number of steps.
  private func training(_ flags: String...) throws -> Command {
    let command = Command.trainPrior("top")
    let place = try #require(command.arguments.firstIndex(of: "--steps"))
    var arguments = command.arguments
    arguments.removeSubrange(place...place + 1)
    return Command("train-prior", arguments + flags)
  }

  @Test func aStoppedTrainingGoesOnWithTheStepsChosenFirst() throws {
    let command = try training("--hours", "0.002")
    let running = try command.start(in: own)
    #expect(running.waitForError("%), "))
    running.send(signal: SIGTERM)
    let stopped = running.finish()
    let line = try #require(stopped.errorLines.last)
    let steps = try #require(
      line.firstMatch(of: /interrupted after step [0-9]+ of ([0-9]+);/).flatMap { Int($0.1) },
      "\(line)")
    #expect(steps > 20)
    #expect(
      stopped.errorLines.contains { $0.hasPrefix("train-prior top: ") && $0.contains("about") })

    let ended = try command.run(in: own)
    #expect(ended.code == 0)
    #expect(ended.errorLines.first?.hasSuffix(" of \(steps)") == true, "\(ended.errors)")
    let hours = try ArtifactFile(path: own("\(name).safetensors"), kind: .prior)
    let settings = try hours.configuration(as: Configuration.self).training
    #expect(settings.steps == steps && settings.hours == 0.002 && settings.warmup == steps / 20)
    #expect(try command.run(in: own).output.contains("is finished"))

    // They are the weights of a training that was told its steps.
    let counted = try training("--steps", "\(steps)", "--output", "counted.safetensors").run(
      in: own)
    #expect(counted.code == 0)
    #expect(try weights("counted") == weights(name))
  }

  @Test func aPlanTellsTheSteps() throws {
    let outcome = try training("--hours", "0.002", "--plan").run(in: own)
    let row = try #require(
      outcome.output.firstMatch(
        of: /time of the training +([0-9.]+) s +estimated: ([0-9,]+) steps/), "\(outcome.output)")
    let time = try #require(Double(row.1))
    #expect(time > 6 && time <= 7.3)
    #expect(!own.exists("\(name).checkpoint.safetensors"))
  }

  /// What follows the header of a model's file.
  private func weights(_ name: String) throws -> Data {
    let data = try own.read("\(name).safetensors")
    let length = (0..<8).reduce(0) { $0 + Int(data[$1]) << (8 * $1) }
    return data.dropFirst(8 + length)
  }
}
