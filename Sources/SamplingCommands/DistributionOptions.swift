import ArgumentParser
import CommandLineTools
import Models
import PixelCNN

/// The flags that say how codes are drawn, at all levels or at each.
public struct DistributionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Divide the logits by this: below 1 for likelier, more alike images. For each level: \
      top=1,bottom=0.7. (default: 1)
      """, valueName: "t"))
  private var temperature: LevelValues<Float>?

  @Option(
    help: ArgumentHelp(
      """
      Above 1, draw images that are more typical of their class and less varied, in twice the time; also \
      for each level. (default: 1)
      """, valueName: "g"))
  private var guidance: LevelValues<Float>?

  @Option(
    help: ArgumentHelp(
      "Draw only the n likeliest codes; also for each level. (default: all)", valueName: "n"))
  private var topK: LevelValues<Int>?

  @Option(
    help: ArgumentHelp(
      """
      Draw only the fewest codes that together have this probability; also for each level. \
      (default: 1)
      """, valueName: "probability"))
  private var topP: LevelValues<Float>?

  /// Nothing set: codes are drawn as they are.
  public init() {}

  /// The flags, and whether each was given.
  public var uses: [(String, Bool)] {
    [
      ("--temperature", temperature != nil), ("--guidance", guidance != nil),
      ("--top-k", topK != nil), ("--top-p", topP != nil),
    ]
  }

  private var dials: DistributionDials {
    DistributionDials(temperature: temperature, guidance: guidance, topK: topK, topP: topP)
  }

  /// Refuses values that no dial has.
  public func validate() throws {
    try dials.validate()
  }

  /// How codes are drawn at each level of `models`.
  ///
  /// Throws a `ValidationError` if a flag names a level that is not there, a `FileError` naming a prior
  /// that cannot be guided.
  public func distributions(for models: ModelFolder) throws -> LevelDistributions {
    try dials.distributions(for: models)
  }
}
