import ArgumentParser
import Artifacts
import Generation
import Models
import PixelCNN
import SamplingCommands

/// What to draw, how, and what to keep.
struct SamplingOptions: ParsableArguments {
  @Option(
    name: .customLong("count"),
    help: ArgumentHelp(
      "Images to keep of each class, or with --complete of each picture. (default: 12)",
      valueName: "n"))
  private var requestedCount: Int?

  @Option(
    help: ArgumentHelp(
      """
      The classes to draw, by name, separated by commas. (default: all, or with --complete that of each \
      picture)
      """, valueName: "names"))
  var classes: String?

  @Option(
    help: ArgumentHelp(
      """
      Keep images that get at least this score, 0 to 1: the probability that the classifier gives to the \
      class asked for, or where there are no classes, that the critic gives to being real. (default: keep all)
      """, valueName: "score"))
  var threshold: Float?

  @Option(
    help: ArgumentHelp(
      "Keep this fraction of the candidates, those of the highest score. (default: keep all)",
      valueName: "fraction"))
  var keep: Float?

  @Option(
    help: ArgumentHelp(
      """
      What the score is: 'class', by classifier.safetensors; 'critic', by critic.safetensors; or 'both', \
      their product. (default: class, or critic where there are no classes)
      """, valueName: "network"))
  var rejectBy: RejectionBasis?

  @Option(
    name: .customLong("attempts"),
    help: ArgumentHelp(
      "Draw at most this many candidates per image to keep. (default: 20)", valueName: "n"))
  private var requestedAttempts: Int?

  @OptionGroup var dials: DistributionOptions

  @Option(help: ArgumentHelp("Images in memory at once; changes no result.", valueName: "n"))
  var batch = 192

  /// Images to keep of each class, or of each picture that is completed.
  var count: Int { requestedCount ?? 12 }
  private var attempts: Int { requestedAttempts ?? 20 }

  func validate() throws {
    func check(_ isRight: Bool, _ message: String) throws {
      if !isRight { throw ValidationError(message) }
    }
    try check(
      RejectionSampling.countLimits.contains(count), "--count lies between 1 and 10000000.")
    try check((0...1).contains(threshold ?? 0), "--threshold lies between 0 and 1.")
    try check((keep ?? 1) > 0 && (keep ?? 1) <= 1, "--keep lies above 0 and at most at 1.")
    try check(
      Double(count) / Double(keep ?? 1) <= 10_000_000,
      "--keep \(keep ?? 1) asks for more than 10000000 candidates of a class.")
    try check(threshold == nil || keep == nil, "--threshold and --keep exclude each other.")
    try check(
      RejectionSampling.attemptLimits.contains(attempts), "--attempts lies between 1 and 1000000.")
    try check((1...65_536).contains(batch), "--batch lies between 1 and 65536.")
  }

  /// What is to be drawn of `labels`, or else of the classes that are asked for.
  ///
  /// Throws a `FileError` if there is nothing to judge with, a `ValidationError` if a class is unknown.
  func plan(
    for models: ModelFolder, path: String, labels: [Int32]? = nil
  ) throws -> RejectionSampling {
    RejectionSampling(
      labels: try labels ?? self.labels(models.classNames), countPerClass: count,
      rejection: try rejection(for: models, path: path), attempts: attempts)
  }

  /// Which candidates are kept.
  ///
  /// Throws a `FileError` naming the folder at `path` if there is nothing to judge with.
  func rejection(for models: ModelFolder, path: String) throws -> Rejection {
    let rejection: Rejection =
      threshold.map { .threshold($0) } ?? keep.map { .fraction($0) } ?? .none
    if rejection != .none && RejectionBasis(standardFor: models) == nil {
      throw FileError(
        path, "has no classifier for classes of images, and no critic",
        remedy: "train one with train-classifier, or leave out --threshold and --keep")
    }
    return rejection
  }

  /// The flags that say what is to be drawn and how, and whether each was given.
  var usesOfDrawing: [(String, Bool)] {
    [
      ("--count", requestedCount != nil), ("--classes", classes != nil),
      ("--attempts", requestedAttempts != nil),
    ] + dials.uses
  }

  /// What candidates are to be kept by.
  ///
  /// Throws a `FileError` naming the folder at `path` if it lacks a network that was asked for.
  func basis(for models: ModelFolder, path: String) throws -> RejectionBasis {
    guard let rejectBy else { return RejectionBasis(standardFor: models) ?? .class }
    guard rejectBy.isPossible(with: models) else {
      throw FileError(
        path,
        "lacks what --reject-by \(rejectBy.rawValue) needs: "
          + (rejectBy == .critic
            ? "a critic.safetensors"
            : "classes and a classifier.safetensors"
              + (rejectBy == .both ? ", and a critic.safetensors" : "")),
        remedy: "train it with train-classifier")
    }
    return rejectBy
  }

  /// Throws a `ValidationError` if a flag is given that is of codes or classes: a VAE has neither.
  func planWithoutCodes(shard: Shard?) throws -> RejectionSampling {
    let flags =
      [
        ("--classes", classes != nil), ("--threshold", threshold != nil), ("--keep", keep != nil),
        ("--reject-by", rejectBy != nil), ("--shard", shard != nil),
      ] + dials.uses
    if let (name, _) = flags.first(where: { $0.1 }) { throw withoutCodes(name) }
    return RejectionSampling(
      labels: [-1], countPerClass: count, rejection: .none, attempts: attempts)
  }

  /// The mistake of a flag that is of codes or classes.
  func withoutCodes(_ flag: String) -> ValidationError {
    ValidationError("These models are a VAE, without codes or classes; leave out \(flag).")
  }

  /// The labels that are asked for, of classes called `names`; -1 where there are none.
  ///
  /// Throws a `ValidationError` if a class is unknown.
  func labels(_ names: [String]) throws -> [Int32] {
    guard let classes else { return names.isEmpty ? [-1] : names.indices.map(Int32.init) }
    let wanted = classes.split(separator: ",")
    if wanted.isEmpty { throw ValidationError("--classes names no class.") }
    return try wanted.enumerated().map { index, name in
      if wanted[..<index].contains(name) {
        throw ValidationError("--classes names '\(name)' twice.")
      }
      guard let label = names.firstIndex(of: String(name)) else {
        throw ValidationError(
          names.isEmpty
            ? "These models know no classes; leave out --classes."
            : onOneLine(
              "There is no class '\(name)'; there are: \(names.joined(separator: ", "))."))
      }
      return Int32(label)
    }
  }
}

extension RejectionBasis: ExpressibleByArgument {}
