import Foundation
import ProcessTesting
import Testing

#if MPI
  private let isBuiltWithMPI = true
#else
  private let isBuiltWithMPI = false
#endif

/// Trainings by several processes that mpirun starts.
@Suite(
  .serialized, .enabled(if: isBuiltWithMPI, "built without MPI; pipelines/mpi.sh builds with it"))
struct ProcessesTests {
  private let pipeline: Pipeline
  private let own: TemporaryFolder

  init() throws {
    pipeline = try Pipeline.shared.get()
    own = try TemporaryFolder()
    for input in ["images", "codes.safetensors"] { try own.copy(pipeline.folder(input), to: input) }
  }

  // Maps of 64 times 16 codes, so that two halves of a batch are added up as two processes do.
  private static let shared = ["--size", "32", "--batch", "64"]
  private static let trainings = [
    "vqvae": Command.trainVQVAE().with(shared + ["--level-dropout", "0.2"]),
    "learned": .trainVQVAE(output: "learned.safetensors").with(
      shared + ["--codebook", "codebook-loss"]),
    "vae": .trainVAE("--color"),
    "prior-top": .trainPrior("top"),
    "prior-bottom": .trainPrior("bottom").with("--recompute", "--accumulate", "2"),
    "classifier": .trainClassifier(),
    "judge": .trainClassifier(output: "judge.safetensors", architecture: "residual"),
  ]

  /// `MPI_STEPS=200` makes a campaign of it. Which code is nearest to a vector hangs on its last bit now
  /// and then, so trainings of codes stay together only where nothing differs at all.
  @Test(arguments: trainings.keys.sorted()) func severalTrainAsOne(name: String) throws {
    let steps = Int(ProcessInfo.processInfo.environment["MPI_STEPS"] ?? "") ?? 20
    let command = try #require(Self.trainings[name]).with("--steps", "\(steps)")
    let alone = try command.run(in: own)
    #expect(alone.code == 0, "\(alone.errors)")
    let expected = try TrainingTrace(name, in: own)
    try FileManager.default.removeItem(atPath: own("\(name).safetensors"))
    let together = try command.onProcesses(2).run(in: own)
    #expect(together.code == 0, "\(together.errors)")
    let distance = try TrainingTrace(name, in: own).distance(to: expected)
    print("\(name): \(steps) steps, losses \(distance.losses), codebooks \(distance.codebooks)")
    #expect(distance.losses < 1e-4 && distance.codebooks == 0)
    // One of them speaks and writes.
    #expect(together.errorLines.count { $0.contains(" steps in ") } == 1, "\(together.errors)")
    #expect(try own.files().filter(isTemporary) == [])
  }

  /// Stopped as four by a signal to one of them, it goes on as two.
  @Test(arguments: [SIGINT, SIGTERM])
  func theCheckpointsOfFourServeTwo(signal: Int32) throws {
    let command = Command.trainVQVAE().with("--steps", "40")
    #expect(try command.run(in: own).code == 0)
    let expected = try TrainingTrace("vqvae", in: own)
    try FileManager.default.removeItem(atPath: own("vqvae.safetensors"))

    let four = try command.onProcesses(4).start(in: own)
    #expect(four.waitForError("%), "))
    kill(try process(2, of: four), signal)
    let stopped = four.finish()
    #expect(stopped.code == 128 + signal)
    #expect(stopped.errorLines.count { $0.contains("interrupted after step") } == 1)
    #expect(own.exists("vqvae.checkpoint.safetensors"))
    let two = try command.onProcesses(2).run(in: own)
    #expect(two.code == 0 && two.errors.contains("going on after step "), "\(two.errors)")
    let distance = try TrainingTrace("vqvae", in: own).distance(to: expected)
    #expect(distance.losses < 1e-4 && distance.codebooks < 1e-3, "\(distance)")
    #expect(try own.files().filter { isTemporary($0) || $0.contains("checkpoint") } == [])
  }

  /// The others end with it, and the same command ends with the bytes of one that was not stopped.
  @Test(arguments: [0, 1]) func aKilledProcessEndsAll(rank: Int) throws {
    let command = Command.trainVQVAE().onProcesses(2).with("--steps", "100")
    #expect(try command.run(in: own).code == 0)
    let expected = try own.read("vqvae.safetensors")
    try FileManager.default.removeItem(atPath: own("vqvae.safetensors"))

    let running = try command.with("--checkpoint-interval", "0.1").start(in: own)
    #expect(running.waitForError("%), "))
    while !own.exists("vqvae.checkpoint.safetensors") { usleep(1000) }
    let start = ContinuousClock.now
    kill(try process(rank, of: running), SIGKILL)
    let killed = running.finish()
    #expect(ContinuousClock.now - start < .seconds(60))
    #expect(killed.code == 128 + SIGKILL)
    #expect(killed.errors.contains("rank \(rank)"), "\(killed.errors)")
    let last = try command.run(in: own)
    #expect(last.code == 0 && last.errors.contains("going on after step "), "\(last.errors)")
    #expect(try own.read("vqvae.safetensors") == expected)
  }

  @Test func anErrorOfOneEndsAll() throws {
    let running = try Command.trainVQVAE().with("--steps", "100000").onProcesses(2).start(in: own)
    #expect(running.waitForError("%), "))
    // The one whose share it comes into finds out.
    try own.write(Data("no image".utf8), to: "images/ring/7.png")
    let outcome = running.finish()
    #expect(outcome.code == 1)
    let errors = outcome.errorLines.filter { $0.hasPrefix("error: ") }
    #expect(errors.count == 1, "\(outcome.errors)")
    let line = try #require(errors.first)
    #expect(line.hasPrefix("error: process "), "\(line)")
    #expect(line.contains(" of 2: images/ring/7.png "), "\(line)")
  }

  @Test func mistakesOfAllAreToldOnce() throws {
    let command = Command.trainVQVAE().onProcesses(2)
    let mistakes = [
      (["--batch", "15"], 64, "Error: 2 processes cannot share 15 images evenly"),
      (["--batch", "12", "--accumulate", "4"], 64, "a multiple of 8, for --accumulate 4."),
      (["--plan"], 64, "Error: --plan takes one process"),
      (["--images", "none"], 1, "error: process 0 of 2: none "),
    ]
    for (flags, code, message) in mistakes {
      let outcome = try command.with(flags).run(in: own)
      #expect(outcome.code == code)
      #expect(
        outcome.errorLines.count { $0.contains(message) } == 1, "\(message): \(outcome.errors)")
    }
  }

  /// The number by which the system knows one of the processes that mpirun has started.
  private func process(_ rank: Int, of launcher: RunningProgram) throws -> Int32 {
    let children = try String(
      contentsOfFile: "/proc/\(launcher.identifier)/task/\(launcher.identifier)/children",
      encoding: .utf8)
    let numbers = children.split(separator: " ").compactMap { Int32($0) }
    return try #require(
      numbers.first { number in
        let environment = FileManager.default.contents(atPath: "/proc/\(number)/environ")
        return String(decoding: environment ?? Data(), as: UTF8.self)
          .split(separator: "\0").contains("OMPI_COMM_WORLD_RANK=\(rank)")
      })
  }
}

/// What is built without MPI does not compute the same thing several times over.
@Test(.disabled(if: isBuiltWithMPI, "this is about programs without MPI"))
func withoutMPISeveralProcessesAreRefused() throws {
  let pipeline = try Pipeline.shared.get()
  for command in Pipeline.trainings.values {
    let outcome = try command.with("--output", "other.safetensors").run(
      in: pipeline.folder,
      environment: ["OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "0"])
    #expect(
      outcome
        == Outcome(
          errors: "error: this program was started as one of 2 processes but built without MPI; "
            + "start one, or install libopenmpi-dev and build it with: swift build -c release "
            + "--traits MPI\n", code: 1))
  }
}
