import ArgumentParser
import Communication
import Foundation
import Tensors

/// `--threads`, with one meaning in every stage.
public struct ThreadOptions: ParsableArguments {
  @Option(
    name: .customLong("threads"),
    help: ArgumentHelp(
      """
      The number of threads. (default: one per core) Their kernels are the processor's best, or those that \
      VQVAE_KERNELS=avx512bf16, avx512, avx2 or plain names.
      """, valueName: "n"))
  private var requested: Int?

  private static let limits = 1...1024

  /// Nothing set: one thread per core.
  public init() {}

  /// The number of threads to use, 1 to 1024. Processes that work together share the cores of their
  /// machine; what started them may have given each its own already.
  public var count: Int {
    if let requested { return requested }
    let share = ProcessInfo.processInfo.processorCount / Launch.current.countOnThisMachine
    return min(ThreadPool.availableProcessors, max(share, 1), Self.limits.upperBound)
  }

  /// Refuses a number of threads beyond the limits.
  public func validate() throws {
    if let requested, !Self.limits.contains(requested) {
      throw ValidationError("--threads \(requested) is not between 1 and 1024.")
    }
  }
}

/// `--arithmetic`, with one meaning in every stage.
public struct ArithmeticOptions: ParsableArguments {
  /// In which numbers convolutions multiply; nil until the user sets it.
  @Option(
    name: .customLong("arithmetic"),
    help: ArgumentHelp(
      """
      In which numbers convolutions multiply: 'float32', or 'bfloat16', which keeps 8 bits of 24 and is \
      faster on processors that have instructions for it (AVX512-BF16) and no others. (default: what a \
      model was trained in, and float32 for a new one)
      """, valueName: "kind"))
  public var requested: Arithmetic?

  /// Nothing set.
  public init() {}

  /// What the configuration of a new model says of it.
  public var ofNewModel: Arithmetic? { requested == .bfloat16 ? .bfloat16 : nil }
}

extension Arithmetic: ExpressibleByArgument {}

/// `--seed`, with one meaning in every stage.
public struct SeedOptions: ParsableArguments {
  /// The seed of everything random: the same seed gives the same results.
  @Option(help: ArgumentHelp("The seed of everything random.", valueName: "n"))
  public var seed: UInt64 = 0

  /// Nothing set: seed 0.
  public init() {}
}

/// `--output`, with one meaning in every stage.
public struct OutputOptions: ParsableArguments {
  /// The path of the file the stage writes.
  @Option(help: ArgumentHelp("The file to write.", valueName: "path"))
  public var output: String

  /// Nothing set: the path is required.
  public init() {}
}
