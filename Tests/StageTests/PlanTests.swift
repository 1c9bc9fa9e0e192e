import Foundation
import ProcessTesting
import Synchronization
import Testing

/// What `--plan` says, against what a training takes.
@Suite(.serialized) struct PlanTests {
  private let pipeline: Pipeline

  init() throws {
    pipeline = try Pipeline.shared.get()
  }

  /// The value in each row of the table that a plan prints.
  private func rows(_ outcome: Outcome) -> [String: String] {
    let cells = outcome.output.split(separator: "\n").map {
      $0.split(separator: /\s\s+/).map(String.init)
    }
    let rows = cells.dropFirst(2).filter { $0.count == 3 }
    return Dictionary(rows.map { ($0[0], $0[1]) }) { first, _ in first }
  }

  @Test func aPlanWritesNothingWhateverIsThere() throws {
    let before = try pipeline.folder.snapshot()
    let elsewhere = Command.trainVQVAE(output: "no/such/folder/model.safetensors")
    for command in Array(Pipeline.trainings.values) + [elsewhere] {
      let outcome = try command.with("--plan").run(in: pipeline.folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(
        rows(outcome).keys.sorted() == [
          "disk for a longer training", "disk while training", "model on disk",
          "multiply-adds of an image", "other files", "parameters", "peak memory", "time of a step",
          "time of the training",
        ], "\(outcome.output)")
    }
    #expect(try pipeline.folder.snapshot() == before)
    #expect(!pipeline.folder.exists("no"))
  }

  /// A prior of 16 channels over maps of 4×4, counted by hand: two lookups, two gated residual blocks of
  /// 7 taps that know 3 classes, a projection that sees 2 coordinates, logits of 16 codes.
  @Test func weightsAndArithmeticAreCounted() throws {
    let outcome = try Command.trainPrior("top").with(
      "--attention-heads", "0", "--class-dropout", "0", "--no-pointwise-gates", "--plan"
    ).run(in: pipeline.folder)
    let lookups = (3 + 2) * 16 * 16 + 2 * (16 + 16)
    let block = 7 * 16 * (16 + 32) + 2 * (16 + 32) + 3 * 32
    let ending = (18 + 16) * 16 + 2 * (16 + 16)
    #expect(lookups + 2 * block + ending == 13_088)
    #expect(rows(outcome)["parameters"] == "13,088")
    #expect(rows(outcome)["model on disk"] == "51.1 KiB")  // 4 × 13,088 bytes
    // Pixels beyond the edge of a map are not read: two rows up is inside it for two rows.
    let pixels = (2 + 3) * (3 + 4 + 3) + 4 * 3
    #expect(2 * pixels * 16 * (16 + 32) + 16 * (18 + 16) * 16 == 103_936)
    #expect(rows(outcome)["multiply-adds of an image"] == "103,936")
  }

  /// Each of two sends half of its gradients to the other, twice.
  @Test func severalProcessesAreEstimated() throws {
    let prior = Command.trainPrior("top").with(
      "--attention-heads", "0", "--class-dropout", "0", "--no-pointwise-gates", "--plan", "--ranks",
      "2")
    let fast = rows(try prior.run(in: pipeline.folder))
    #expect(fast["sent in a step"] == "51.1 KiB")
    // Two messages of 50 µs, and 52,352 bytes in a tenth of a second.
    let slow = rows(try prior.with("--bandwidth", "523520").run(in: pipeline.folder))
    #expect(slow["time of sending"] == "101 ms")
    func percent(_ rows: [String: String]) -> Int? {
      rows["efficiency"].flatMap { Int($0.prefix { $0.isNumber }) }
    }
    let (high, low) = (try #require(percent(fast)), try #require(percent(slow)))
    #expect(low < high && high <= 100, "\(low) % and \(high) %")

    // Two levels of codes are summed besides, by each of four: 16 codes of 8 channels.
    let command = Command.trainVQVAE().with("--plan")
    let vqvae = rows(try command.with("--ranks", "4").run(in: pipeline.folder))
    let alone = rows(try command.run(in: pipeline.folder))
    let weights = try #require(
      Int((alone["parameters"] ?? "").filter(\.isNumber)), "\(alone)")
    let bytes = 4 * (weights + 2 * 16 * 9)
    #expect(vqvae["sent in a step"]?.hasSuffix(" KiB") == true)
    let sent = try #require(Double((vqvae["sent in a step"] ?? "").prefix { $0 != " " }))
    // More where dead codes are revived, which takes a vector each.
    #expect(sent * 1024 > 1.5 * Double(bytes) - 100 && sent * 1024 < 1.5 * Double(bytes) + 3000)
  }

  @Test(arguments: ["vqvae", "prior-bottom", "prior-recomputed", "classifier"])
  func memoryIsThatOfATraining(name: String) throws {
    let own = try TemporaryFolder()
    for name in ["images", "codes.safetensors"] { try own.copy(pipeline.folder(name), to: name) }
    let images = ["--size", "64", "--batch", "16", "--channels", "64"]
    let prior = ["--channels", "96", "--batch", "16"]
    let command: Command =
      switch name {
      case "vqvae": .trainVQVAE().with(images).with("--accumulate", "2")
      case "prior-bottom": .trainPrior("bottom").with(prior)
      case "prior-recomputed":
        .trainPrior("bottom").with(prior).with(
          "--channels", "256", "--attention-heads", "8", "--recompute", "--accumulate", "4")
      default: .trainClassifier().with(images)
      }
    let short = command.with("--steps", "5", "--checkpoint-interval", "0", "--held-out", "20")
    let plan = try short.with("--plan").run(in: own)
    let planned = try #require(bytes(rows(plan)["peak memory"] ?? ""), "\(plan.errors)")
    let running = try short.start(in: own)
    let watch = MemoryWatch(of: running.identifier)
    #expect(running.finish().code == 0)
    let measured = watch.peak
    #expect(
      abs(Double(planned) / Double(measured) - 1) < 0.15, "\(planned) planned, \(measured) taken")
  }

  /// The bytes that a text like "118 MiB" speaks of.
  private func bytes(_ text: String) -> Int? {
    let parts = text.split(separator: " ")
    guard parts.count == 2, let value = Double(parts[0]),
      let power = ["B", "KiB", "MiB", "GiB"].firstIndex(of: parts[1])
    else { return nil }
    return Int(value * pow(1024, Double(power)))
  }
}

/// Watches how much memory a process has had resident at most, until it ends.
private final class MemoryWatch: Sendable {
  private let latest = Mutex(0)

  init(of process: Int32) {
    Thread { [self] in
      while let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
        let peak = text.firstMatch(of: /VmHWM:\s*([0-9]+) kB/).flatMap({ Int($0.1) })
      {
        latest.withLock { $0 = peak * 1024 }
        usleep(2000)
      }
    }.start()
  }

  /// The most so far, in bytes.
  var peak: Int { latest.withLock { $0 } }
}
