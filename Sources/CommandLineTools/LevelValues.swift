import ArgumentParser

/// A flag's value for each level of codes: one for all, `0.9`, or some by name, `top=1,bottom=0.7`.
public struct LevelValues<Value: LosslessStringConvertible & Sendable>: ExpressibleByArgument,
  Sendable
{
  /// The value of all levels; nil if they are given by name.
  public let common: Value?
  /// The values of the levels that are named.
  public let named: [(level: String, value: Value)]

  /// Reads either form; nil if the text is neither, or names a level twice.
  public init?(argument: String) {
    if let value = Value(argument) {
      (common, named) = (value, [])
      return
    }
    var named: [(level: String, value: Value)] = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2, !sides[0].isEmpty, let value = Value(String(sides[1])),
        !named.contains(where: { $0.level == sides[0] })
      else { return nil }
      named.append((String(sides[0]), value))
    }
    (common, self.named) = (nil, named)
  }

  /// All values there are.
  public var all: [Value] { (common.map { [$0] } ?? []) + named.map(\.value) }
}
