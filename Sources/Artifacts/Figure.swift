import Foundation

/// A number worth watching, with its name: a loss, a perplexity, images per second.
public struct Figure: Hashable, Sendable, CustomStringConvertible {
  /// What the number is.
  public let name: String
  /// The number.
  public let value: Double

  /// A figure called `name`.
  public init(_ name: String, _ value: Double) {
    self.name = name
    self.value = value
  }

  /// The name and the number to four significant digits.
  public var description: String { "\(name) \(shortValue)" }

  /// The number to four significant digits.
  public var shortValue: String { shortNumber(value) }
}

/// A number as a person wants to read it: four significant digits, no exponent where it helps.
func shortNumber(_ value: Double) -> String {
  if value.magnitude >= 1000 && value.magnitude < 1e15 { return String(Int(value.rounded())) }
  return String(format: "%.4g", value)
}
