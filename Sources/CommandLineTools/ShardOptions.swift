import ArgumentParser
import Artifacts

/// `--shard`, with one meaning in every stage whose work can be shared.
public struct ShardOptions: ParsableArguments {
  /// Which part of the work to do; nil for all of it.
  @Option(
    help: ArgumentHelp(
      """
      Do only the k-th of n parts of the work, and write it beside the place of the whole. (default: all \
      of it)
      """,
      valueName: "k/n"))
  public var shard: Shard?

  /// Nothing set: all of the work.
  public init() {}

  /// What to call the work of a stage, in its progress: "extract-codes 3/8".
  public func title(_ stage: String) -> String { shard.map { "\(stage) \($0)" } ?? stage }
}

extension Shard: ExpressibleByArgument {
  /// Reads "3/8"; nil if the text is no such thing, or there is no such part.
  public init?(argument: String) {
    let numbers = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let number = numbers[0], let count = numbers[1] else { return nil }
    self.init(number, of: count)
  }
}
