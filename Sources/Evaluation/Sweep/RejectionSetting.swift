import Foundation
import Generation

/// One position of the dial between diversity and quality.
public struct RejectionSetting: Codable, Hashable, Sendable {
  /// What the dial turns, named as the flag of `sample-images` that sets it.
  public enum Dial: String, Codable, CaseIterable, Sendable {
    /// The least probability of a kept image's class.
    case threshold
    /// The fraction of each class's candidates that is kept.
    case keep
  }

  /// What the dial turns.
  public var dial: Dial
  /// The threshold, or the fraction kept: 0 to 1.
  public var value: Float

  /// A dial at a value.
  public init(_ dial: Dial, _ value: Float) {
    self.dial = dial
    self.value = value
  }

  /// Whether the first of the two keeps all that the second keeps.
  static func isLooser(_ left: RejectionSetting, _ right: RejectionSetting) -> Bool {
    left.dial == .threshold ? left.value < right.value : left.value > right.value
  }

  /// Whether nothing is turned away.
  public var keepsAll: Bool { value == (dial == .threshold ? 0 : 1) }

  /// What sampling does with this setting.
  public var rejection: Rejection {
    if keepsAll { return .none }
    return dial == .threshold ? .threshold(value) : .fraction(value)
  }

  /// The flag of `sample-images` that draws with this setting: `--threshold 0.9`; empty for all.
  public var flag: String { keepsAll ? "" : "--\(dial.rawValue) \(value)" }
}

/// The settings of one dial, and which candidates each of them keeps.
///
/// Each setting keeps a part of what the one before it keeps; the first keeps all.
public struct RejectionDial: Sendable {
  /// From the loosest to the strictest; at most 64.
  public let settings: [RejectionSetting]
  /// Of each candidate, by how many settings it is kept: those before this number.
  public let levels: [Int]

  private static let steps = 25

  /// Thresholds that each turn away about as many of the candidates, and `extra` ones.
  public init(thresholdsFor candidates: JudgedSamples, extra: [Float] = []) {
    let descending = candidates.scores.sorted(by: >)
    let quantiles = (1..<Self.steps).compactMap { step -> Float? in
      let kept = descending.count * step / Self.steps
      return kept == 0 ? nil : roundedDown(descending[kept - 1])
    }
    let values = Set(quantiles + extra + [0]).sorted()
    settings = values.map { RejectionSetting(.threshold, $0) }
    levels = candidates.scores.map { score in values.count { score >= $0 } }
  }

  /// Fractions of each class's candidates in equal steps, and `extra` ones.
  public init(fractionsOf candidates: JudgedSamples, extra: [Float] = []) {
    let steps = (1...Self.steps).map { Float($0) / Float(Self.steps) }
    let values = Set(steps + extra).sorted(by: >)
    settings = values.map { RejectionSetting(.keep, $0) }
    var levels = [Int](repeating: 0, count: candidates.count)
    let members = Dictionary(grouping: 0..<candidates.count) { candidates.labels[$0] }
    for members in members.values {
      // The best of each class, as sampling chooses them: of equals the one drawn first.
      let best = members.sorted {
        (candidates.scores[$1], candidates.numbers[$0])
          < (candidates.scores[$0], candidates.numbers[$1])
      }
      let kept = values.map { Int((Double($0) * Double(best.count)).rounded(.down)) }
      for (rank, member) in best.enumerated() { levels[member] = kept.count { rank < $0 } }
    }
    self.levels = levels
  }
}

/// A probability rounded down to two digits, or its distance from 1 rounded up to two where that is
/// less: 0.0123 becomes 0.012 and 0.99968 becomes 0.9996.
private func roundedDown(_ probability: Float) -> Float {
  let (probability, distance) = (Double(probability), 1 - Double(probability))
  guard probability > 0 else { return 0 }
  guard distance > 0 else { return 1 }
  let unit = pow(10, log10(min(probability, distance)).rounded(.down) - 1)
  return Float(
    probability < distance
      ? (probability / unit).rounded(.down) * unit : 1 - (distance / unit).rounded(.up) * unit)
}
