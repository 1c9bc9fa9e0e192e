import ArgumentParser
import CommandLineTools
import Models
import PixelCNN

/// The flags that say how codes are drawn, at all levels or at each.
struct DistributionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Divide the logits by this: below 1 for likelier, more alike images. For each level: \
      top=1,bottom=0.7. (default: 1)
      """, valueName: "t"))
  var temperature: LevelValues<Float>?

  @Option(
    help: ArgumentHelp(
      """
      Above 1, draw images that are more typical of their class and less varied, in twice the time; also \
      for each level. (default: 1)
      """, valueName: "g"))
  var guidance: LevelValues<Float>?

  @Option(
    help: ArgumentHelp(
      "Draw only the n likeliest codes; also for each level. (default: all)", valueName: "n"))
  var topK: LevelValues<Int>?

  @Option(
    help: ArgumentHelp(
      """
      Draw only the fewest codes that together have this probability; also for each level. \
      (default: 1)
      """, valueName: "probability"))
  var topP: LevelValues<Float>?

  /// The flags, and whether each was given.
  var uses: [(String, Bool)] {
    [
      ("--temperature", temperature != nil), ("--guidance", guidance != nil),
      ("--top-k", topK != nil), ("--top-p", topP != nil),
    ]
  }

  func validate() throws {
    func check<Value>(
      _ values: LevelValues<Value>?, _ message: String, _ isRight: (Value) -> Bool
    ) throws {
      if !(values?.all ?? []).allSatisfy(isRight) { throw ValidationError(message) }
    }
    try check(temperature, "--temperature is positive.") { $0 > 0 && $0.isFinite }
    try check(guidance, "--guidance lies between 0 and 100.") { (0...100).contains($0) }
    try check(topK, "--top-k is at least 1.") { $0 >= 1 }
    try check(topP, "--top-p lies above 0 and at most at 1.") { $0 > 0 && $0 <= 1 }
  }

  /// How codes are drawn at each level of `models`.
  ///
  /// Throws a `ValidationError` if a flag names a level that is not there, a `FileError` naming a prior
  /// that cannot be guided.
  func distributions(for models: ModelFolder) throws -> LevelDistributions {
    var result = LevelDistributions(
      CodeDistribution(
        temperature: temperature?.common ?? 1, topK: topK?.common, topP: topP?.common,
        guidance: guidance?.common.flatMap(Self.recorded)))
    let levels = models.vqvae.levels.map(\.name)
    func set<Value>(
      _ values: LevelValues<Value>?, _ change: (inout CodeDistribution, Value) -> Void
    ) throws {
      for (level, value) in values?.named ?? [] {
        guard levels.contains(level) else {
          throw ValidationError(
            "There is no level '\(level)'; there are: \(levels.joined(separator: ", ")).")
        }
        change(&result[level], value)
      }
    }
    try set(temperature) { $0.temperature = $1 }
    try set(guidance) { $0.guidance = Self.recorded($1) }
    try set(topK) { $0.topK = $1 }
    try set(topP) { $0.topP = $1 }
    try models.check(result)
    return result
  }

  /// No guidance is what samples of before there was any say by saying nothing.
  private static func recorded(_ guidance: Float) -> Float? { guidance == 1 ? nil : guidance }
}
