/// How codes are drawn at each level of a hierarchy: mistakes of the top are in the shape of an image,
/// those of the bottom are noise.
public struct LevelDistributions: Hashable, Sendable {
  /// How codes are drawn at all levels but the exceptions.
  public var common: CodeDistribution
  /// The levels, by name, at which they are drawn otherwise.
  public private(set) var exceptions: [String: CodeDistribution] = [:]

  /// The same distribution at all levels.
  public init(_ common: CodeDistribution = CodeDistribution()) {
    self.common = common
  }

  /// How codes are drawn at the level called `name`.
  public subscript(name: String) -> CodeDistribution {
    get { exceptions[name] ?? common }
    set { exceptions[name] = newValue == common ? nil : newValue }
  }
}

/// In a file: the common distribution, as it was before levels could differ, and beside it `levels`.
extension LevelDistributions: Codable {
  private enum CodingKeys: CodingKey {
    case levels
  }

  /// Reads what `encode` wrote, or a `CodeDistribution` for all levels.
  public init(from decoder: any Decoder) throws {
    common = try CodeDistribution(from: decoder)
    exceptions =
      try decoder.container(keyedBy: CodingKeys.self)
      .decodeIfPresent([String: CodeDistribution].self, forKey: .levels) ?? [:]
  }

  /// Writes the common distribution, and the exceptions if there are any.
  public func encode(to encoder: any Encoder) throws {
    try common.encode(to: encoder)
    guard !exceptions.isEmpty else { return }
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(exceptions, forKey: .levels)
  }
}
