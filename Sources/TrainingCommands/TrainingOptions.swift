import ArgumentParser
import Artifacts
import Communication
import Models

/// The flags of a training that mean the same in every training stage, with the defaults of one. What
/// has such a default is nil until the user sets it.
public struct TrainingOptions<Defaults: TrainingDefaults>: ParsableArguments {
  /// Steps of the optimizer.
  @Option(
    help: ArgumentHelp(
      """
      Steps of the optimizer. Given more than it had, a finished training goes on from its end, and its \
      learning rate falls once more. (default: \(Defaults.steps))
      """, valueName: "n"))
  public var steps: Int?

  /// The time to train for.
  @Option(
    help: ArgumentHelp(
      """
      Choose as many steps as take this long, by doing a few to see how long they take. (default: as \
      --steps says)
      """,
      valueName: "hours"))
  public var hours: Double?

  /// Images per step.
  @Option(
    help: ArgumentHelp(
      """
      Images per step, of all processes together where several train. (default: \(Defaults.batch))
      """, valueName: "n"))
  public var batch: Int?

  /// The parts of a step.
  @Option(
    name: .customLong("accumulate"),
    help: ArgumentHelp(
      "Go through a step's images in this many parts, which takes that much less memory.",
      valueName: "n"))
  public var parts = 1

  /// Whether blocks are computed twice to save memory.
  @Flag(
    name: .customLong("recompute"),
    help: "Keep less in memory: compute blocks again for their gradients, a third slower.")
  public var recomputesBlocks = false

  /// The highest learning rate.
  @Option(
    help: ArgumentHelp(
      """
      The highest learning rate; it rises over the warm-up and falls along a cosine. (default: \
      \(Defaults.learningRate))
      """,
      valueName: "rate"))
  public var learningRate: Float?

  /// Steps over which the learning rate rises.
  @Option(help: ArgumentHelp("Steps of warm-up. (default: a twentieth of all)", valueName: "n"))
  public var warmup: Int?

  /// Where gradients are clipped.
  @Option(
    help: ArgumentHelp("Clip gradients to this Euclidean norm.", valueName: "norm"))
  public var clip: Float = 1

  /// Images to validate with.
  @Option(
    help: ArgumentHelp(
      "Images that are held out to validate with. (default: a twentieth, at most 2000)",
      valueName: "n"))
  public var heldOut: Int?

  /// How weights are stored.
  @Option(
    help: ArgumentHelp(
      "How weights are stored: 'half' (16 bits) or 'full' (32 bits).", valueName: "precision"))
  public var precision: WeightPrecision = .full

  /// Which weights become the model.
  @Option(
    help: ArgumentHelp(
      """
      Which weights become the model: 'best', those of the step that validated best, averaged over the \
      steps before it unless a codebook follows them, or 'last'.
      """, valueName: "weights"))
  public var keep = KeptWeights.best

  /// When a training that has stopped improving ends.
  @Option(
    help: ArgumentHelp(
      "With --keep best: end after this many validations without a better one. (default: never)",
      valueName: "n"))
  public var patience: Int?

  /// The model whose weights the training begins with.
  @Option(
    help: ArgumentHelp(
      """
      Begin with the weights of a model of the same architecture instead of random ones; what is about \
      other classes or a codebook of another size begins anew. (default: none)
      """, valueName: "path"))
  public var startFrom: String?

  @Flag(
    name: .customLong("plan"),
    help: "Say what the training will take, by doing a little of it; train and write nothing.")
  var isPlan = false

  @Option(
    name: .customLong("ranks"),
    help: ArgumentHelp(
      """
      With --plan: for this many processes like this one, each on a machine of its own. (default: 1)
      """,
      valueName: "n"))
  var plannedProcesses: Int?

  @Option(
    name: .customLong("bandwidth"),
    help: ArgumentHelp(
      """
      With --ranks: how fast data goes from one machine to another, in bytes per second. (default: \
      1.25e9, 10-gigabit Ethernet)
      """, valueName: "bytes/s"))
  var bandwidth: Double?

  @Option(
    name: .customLong("checkpoint-interval"),
    help: ArgumentHelp(
      "Save a checkpoint this often; 0 for after every step.", valueName: "seconds"))
  var secondsBetweenCheckpoints = 60.0

  /// Nothing set.
  public init() {}

  /// Refuses numbers no training can have.
  public func validate() throws {
    func check(_ isRight: Bool, _ message: String) throws {
      if !isRight { throw ValidationError(message) }
    }
    func isPositive(_ value: Float) -> Bool { value > 0 && value.isFinite }
    try check((1...1_000_000_000).contains(steps ?? 1), "--steps lies between 1 and 1000000000.")
    try check(steps == nil || hours == nil, "--steps and --hours exclude each other.")
    try check(
      (hours ?? 1) > 0 && (hours ?? 1) <= 10_000, "--hours lies above 0 and at most at 10000.")
    try check((1...65_536).contains(batch ?? 1), "--batch lies between 1 and 65536.")
    try check(parts >= 1, "--accumulate is at least 1.")
    try check(isPositive(learningRate ?? 1), "--learning-rate is positive.")
    try check((warmup ?? 0) >= 0, "--warmup is not negative.")
    try check(isPositive(clip), "--clip is positive.")
    try check((heldOut ?? 1) >= 1, "--held-out is at least 1.")
    try check((1...1_000_000).contains(patience ?? 1), "--patience lies between 1 and 1000000.")
    try check(keep == .best || patience == nil, "--patience needs --keep best.")
    try check(isPlan || plannedProcesses == nil, "--ranks needs --plan.")
    try check((1...65_536).contains(plannedProcesses ?? 1), "--ranks lies between 1 and 65536.")
    try check(bandwidth == nil || plannedProcesses != nil, "--bandwidth needs --ranks.")
    try check(
      (bandwidth ?? 1) > 0 && (bandwidth ?? 1).isFinite, "--bandwidth is a positive number.")
    try check(
      (0...86_400).contains(secondsBetweenCheckpoints),
      "--checkpoint-interval lies between 0 and 86400 seconds.")
  }

  /// The settings of a training on the `images` images at `path` by some processes.
  ///
  /// Throws a `FileError` if there are too few images for any training, a `ValidationError` if too
  /// many are held out, a batch has no such parts or they cannot be shared evenly.
  public func settings(
    images: Int, at path: String, seed: UInt64, sharedBy communicator: any Communicator
  ) throws -> TrainingSettings {
    guard images >= 2 else {
      throw FileError(
        path, "has fewer than two images, one to train on and one to validate with",
        remedy: "add images")
    }
    let batch = self.batch ?? Defaults.batch
    guard batch.isMultiple(of: parts) else {
      throw ValidationError("--accumulate \(parts) does not divide the batch of \(batch).")
    }
    let processes = plannedProcesses ?? communicator.count
    guard (batch / parts).isMultiple(of: processes) else {
      throw ValidationError(
        "\(processes) processes cannot share \(batch / parts) images evenly: --batch is a multiple of "
          + "\(processes * parts)\(parts > 1 ? ", for --accumulate \(parts)" : "").")
    }
    let steps = self.steps ?? Defaults.steps
    let heldOut = self.heldOut ?? min(max(images / 20, 1), 2000)
    guard heldOut < images else {
      throw ValidationError(
        "There are \(images) images and \(heldOut) are held out: none are left to train on.")
    }
    return TrainingSettings(
      steps: steps, hours: hours, batchSize: batch, parts: parts,
      recomputesBlocks: recomputesBlocks, learningRate: learningRate ?? Defaults.learningRate,
      warmup: warmup(of: steps), gradientNormLimit: clip, heldOut: heldOut, seed: seed,
      precision: precision,
      keep: keep == .best ? .best : nil, patience: patience)
  }

  /// The steps of warm-up in a training of so many.
  func warmup(of steps: Int) -> Int { warmup ?? steps / 20 }
}

/// What a training stage does where the user does not say.
public protocol TrainingDefaults: Sendable {
  /// Steps of the optimizer.
  static var steps: Int { get }
  /// Images per step.
  static var batch: Int { get }
  /// The highest learning rate.
  static var learningRate: Float { get }
}

extension WeightPrecision: ExpressibleByArgument {}
extension KeptWeights: ExpressibleByArgument {}
