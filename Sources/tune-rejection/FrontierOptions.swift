import ArgumentParser
import CommandLineTools
import Models
import PixelCNN
import SamplingCommands

/// Ways of drawing codes to compare with each other.
struct FrontierOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Instead of --samples: draw a pool with each of these --guidance of sample-images, 1,1.5,2, and \
      with plain sampling, and compare what each setting keeps of each. For a value by level, \
      top=2,bottom=1; more of them in flags of their own. (default: none)
      """, valueName: "g,…"))
  var guidance: [DialValues] = []

  @Option(
    help: ArgumentHelp(
      "The same for --temperature; with both, each of one with each of the other. (default: none)",
      valueName: "t,…"))
  var temperature: [DialValues] = []

  @Option(
    help: ArgumentHelp(
      """
      Of all pools, recommend the highest precision at this recall, not at no loss of recall that could \
      be told from chance. (default: none)
      """, valueName: "recall"))
  var recallAtLeast: Double?

  @OptionGroup var shards: ShardOptions

  /// Whether pools are to be drawn.
  var isGiven: Bool { !guidance.isEmpty || !temperature.isEmpty }

  private var dials: [DistributionDials] {
    func values(_ lists: [DialValues]) -> [LevelValues<Float>?] {
      lists.isEmpty ? [nil] : lists.flatMap(\.values)
    }
    return values(guidance).flatMap { guidance in
      values(temperature).map { DistributionDials(temperature: $0, guidance: guidance) }
    }
  }

  /// The most pools there can be.
  private static let limit = 100

  func validate() throws {
    for dials in dials { try dials.validate() }
    if dials.count > Self.limit {
      throw ValidationError(
        "--guidance and --temperature make \(dials.count) pools; the limit is \(Self.limit).")
    }
    if !(0...1).contains(recallAtLeast ?? 0) {
      throw ValidationError("--recall-at-least lies between 0 and 1.")
    }
    if !isGiven, recallAtLeast != nil || shards.shard != nil {
      throw ValidationError(
        "--recall-at-least and --shard need --guidance or --temperature to draw pools with.")
    }
  }

  /// How the codes of each pool are drawn; plain sampling is the first.
  ///
  /// Throws a `ValidationError` if a flag names a level that is not there, a `FileError` naming a prior
  /// that cannot be guided.
  func distributions(for models: ModelFolder) throws -> [LevelDistributions] {
    var all = [LevelDistributions()]
    for dials in dials {
      let distribution = try dials.distributions(for: models)
      if !all.contains(distribution) { all.append(distribution) }
    }
    return all
  }
}

/// Some values of a dial: `1,1.5,2`, or one for each level, `top=2,bottom=1`.
struct DialValues: ExpressibleByArgument {
  let values: [LevelValues<Float>]

  /// Reads either form; nil if the text is neither.
  init?(argument: String) {
    let texts =
      argument.contains("=")
      ? [argument[...]] : argument.split(separator: ",", omittingEmptySubsequences: false)
    let values = texts.compactMap { LevelValues<Float>(argument: String($0)) }
    guard values.count == texts.count else { return nil }
    self.values = values
  }
}
