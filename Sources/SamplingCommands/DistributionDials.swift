import ArgumentParser
import CommandLineTools
import Models
import PixelCNN

/// What the flags that say how codes are drawn were set to; nil where one was not.
public struct DistributionDials {
  /// What logits are divided by.
  public var temperature: LevelValues<Float>?
  /// How far logits are moved beyond those of the class.
  public var guidance: LevelValues<Float>?
  /// How many of the likeliest codes are drawn.
  public var topK: LevelValues<Int>?
  /// What probability the codes that are drawn have together.
  public var topP: LevelValues<Float>?

  /// Dials of which some are set.
  public init(
    temperature: LevelValues<Float>? = nil, guidance: LevelValues<Float>? = nil,
    topK: LevelValues<Int>? = nil, topP: LevelValues<Float>? = nil
  ) {
    self.temperature = temperature
    self.guidance = guidance
    self.topK = topK
    self.topP = topP
  }

  /// Throws a `ValidationError` naming the flag if a value is none it can have.
  public func validate() throws {
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
  public func distributions(for models: ModelFolder) throws -> LevelDistributions {
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
