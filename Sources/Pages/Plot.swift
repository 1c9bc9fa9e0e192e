import Foundation

/// Curves over a common axis, to be drawn as a picture or as part of a page.
///
/// Drawn by ourselves: a plotting library would be one more to install, for lines, axes and labels.
public struct Plot: Sendable {
  /// One curve.
  public struct Curve: Sendable {
    /// What tells it from the others.
    public var name: String
    /// Its points in order of x.
    public var points: [Point]

    /// A curve called `name`.
    public init(_ name: String, _ points: [Point]) {
      self.name = name
      self.points = points
    }
  }

  /// A point of a curve, perhaps with an interval.
  public struct Point: Sendable {
    /// Along the axis.
    public var x: Double
    /// The figure.
    public var value: Double
    /// The lower end of its interval, if one is known.
    public var lower: Double?
    /// The upper end of its interval, if one is known.
    public var upper: Double?

    /// A figure at `x`.
    public init(_ x: Double, _ value: Double, lower: Double? = nil, upper: Double? = nil) {
      self.x = x
      self.value = value
      self.lower = lower
      self.upper = upper
    }
  }

  /// What the curves are of.
  public var title: String
  /// What the horizontal axis is.
  public var axis: String
  /// Where the horizontal axis ends; it begins at 0.
  public var extent: Double
  /// The curves, at most three.
  public var curves: [Curve]

  /// A plot of curves over `axis`, 0 to `extent`.
  public init(_ title: String, axis: String, extent: Double = 1, curves: [Curve]) {
    self.title = title
    self.axis = axis
    self.extent = extent
    self.curves = curves
  }

  /// The ticks of the vertical axis: round numbers that span all points and their intervals.
  public var ticks: [Double] {
    let values = curves.flatMap(\.points).flatMap {
      [$0.value, $0.lower, $0.upper].compactMap { $0 }
    }
    return roundNumbers(spanning: values)
  }

  /// Where `value` lies between the first tick and the last, 0 to 1.
  public static func height(of value: Double, in ticks: [Double]) -> Double {
    guard let first = ticks.first, let last = ticks.last, last > first else { return 0 }
    return (value - first) / (last - first)
  }

  /// A tick's label, with the digits its neighbours differ in.
  public static func label(_ tick: Double, in ticks: [Double]) -> String {
    let step = ticks.count > 1 ? ticks[1] - ticks[0] : 1
    let digits = max(0, Int((-log10(step)).rounded(.up)))
    return String(format: "%.\(digits)f", tick)
  }
}

/// Three to seven multiples of 1, 2 or 5 times a power of ten, the outermost just beyond the values; of
/// none, beyond 0 and 1.
public func roundNumbers(spanning values: [Double]) -> [Double] {
  let (lowest, highest) = (values.min() ?? 0, values.max() ?? 1)
  let span = max(highest - lowest, abs(highest) * 1e-3, 1e-6)
  let power = pow(10, log10(span / 4).rounded(.down))
  let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= span / 5 } ?? 10 * power
  let (first, last) = ((lowest / step).rounded(.down), (highest / step).rounded(.up))
  return stride(from: first, through: max(last, first + 1), by: 1).map { $0 * step }
}
