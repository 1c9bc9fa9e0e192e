import Foundation
import ProcessTesting
import Synchronization

/// All stages run once, in order, on images of shapes; the tests look at what that left and change
/// none of it.
struct Pipeline: Sendable {
  /// The run that all tests share.
  static let shared = Result { try Pipeline() }

  static let imagesPerClass = 20
  static let sampleCount = 5

  /// The working directory of the commands.
  let folder: TemporaryFolder
  /// How each command ended, by the name of its output.
  let outcomes: [String: Outcome]
  /// The files there were when the last command had ended.
  let files: [String]

  /// The commands that train, by the name of their output.
  static let trainings = [
    "vqvae": Command.trainVQVAE(),
    "prior-top": .trainPrior("top"),
    "prior-bottom": .trainPrior("bottom"),
    "classifier": .trainClassifier(),
    "judge": .trainClassifier(output: "judge.safetensors", architecture: "residual"),
  ]

  private static let rest = [
    "codes": Command.extractCodes(),
    "unfiltered": .sampleImages(output: "unfiltered"),
    "threshold": .sampleImages(output: "threshold").with("--threshold", "0.4", "--attempts", "500"),
    "best": .sampleImages(output: "best").with("--keep", "0.25"),
    "evaluate": .evaluate().with(
      "--samples", "unfiltered/samples.safetensors", "--samples", "best/samples.safetensors"),
  ]

  private static let order = [
    "vqvae", "codes", "prior-top", "prior-bottom", "classifier", "judge", "unfiltered", "threshold",
    "best", "evaluate",
  ]

  private init() throws {
    folder = try TemporaryFolder()
    removeAtExit(folder)
    try folder.writeShapes(to: "images", count: Self.imagesPerClass)
    var outcomes: [String: Outcome] = [:]
    for name in Self.order {
      outcomes[name] = try (Self.trainings[name] ?? Self.rest[name])?.run(in: folder)
    }
    self.outcomes = outcomes
    files = try folder.files()
  }
}

/// What is shared by all tests is never let go of.
func removeAtExit(_ folder: TemporaryFolder) {
  shared.withLock { $0.append(folder) }
  atexit { shared.withLock { $0.forEach { $0.remove() } } }
}

private let shared = Mutex<[TemporaryFolder]>([])
