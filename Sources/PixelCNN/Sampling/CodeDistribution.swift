import Foundation

/// How a code is drawn from its logits.
public struct CodeDistribution: Codable, Hashable, Sendable {
  /// Logits are divided by this; below 1 for likelier, more alike samples. Positive.
  public var temperature: Float
  /// Only the k likeliest codes are drawn; nil for all.
  public var topK: Int?
  /// Only the fewest likeliest codes that together have at least this probability are drawn; nil for all.
  public var topP: Float?
  /// How far logits are moved from those of any class, u, beyond those of the class, c: to u + g (c − u)
  /// (arXiv 2207.12598). Above 1 for images that are more typical of their class; nil, like 1, for c.
  public var guidance: Float?

  /// All codes at their own probability, unless told otherwise.
  public init(
    temperature: Float = 1, topK: Int? = nil, topP: Float? = nil, guidance: Float? = nil
  ) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.guidance = guidance
  }

  /// Whether logits of any class are needed too.
  public var isGuided: Bool { (guidance ?? 1) != 1 }

  /// Whether the numbers make sense, whoever gave them.
  public var isPossible: Bool {
    temperature > 0 && temperature.isFinite && (topK ?? 1) >= 1 && (topP ?? 1) > 0
      && (topP ?? 1) <= 1 && (0...100).contains(guidance ?? 1)
  }

  /// The code at quantile `uniform` ∈ [0, 1) of the distribution that `logits` describe.
  func draw(_ logits: UnsafeBufferPointer<Float>, uniform: Float) -> Int32 {
    guard let peak = logits.max() else { return 0 }
    var weights = logits.map { exp(Double(($0 - peak) / temperature)) }
    if topK != nil || topP != nil { truncate(&weights) }
    var remaining = Double(uniform) * weights.reduce(0, +)
    var last = 0
    for (code, weight) in weights.enumerated() where weight > 0 {
      last = code
      remaining -= weight
      if remaining < 0 { break }
    }
    return Int32(last)
  }

  /// Zeroes the weights of codes that are not to be drawn.
  private func truncate(_ weights: inout [Double]) {
    let order = weights.indices.sorted { (weights[$1], $0) < (weights[$0], $1) }
    let total = weights.reduce(0, +)
    var kept = 0
    var mass = 0.0
    for code in order {
      let isBeyond = kept >= (topK ?? .max) || mass >= Double(topP ?? .infinity) * total
      if isBeyond && kept > 0 { weights[code] = 0 } else { mass += weights[code] }
      kept += 1
    }
  }
}
