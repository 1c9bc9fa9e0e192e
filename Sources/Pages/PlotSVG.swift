import Foundation

extension Plot {
  /// The plot as an `svg` element for a page whose style gives `axis`, `curve-0`, `band-0` and so on
  /// their colours.
  ///
  /// It holds a vertical `line` of class `marker`, whose `x1` and `x2` a script may move within the
  /// attributes `data-left` and `data-width`.
  public var svg: String {
    let (width, height) = (360.0, 220.0)
    let area = (left: 52.0, top: 30.0, width: width - 52 - 12, height: height - 30 - 38)
    let ticks = ticks
    func x(_ value: Double) -> String { number(area.left + value / extent * area.width) }
    func y(_ value: Double) -> String {
      number(area.top + (1 - Self.height(of: value, in: ticks)) * area.height)
    }
    var parts = ["<text class=\"title\" x=\"\(x(0))\" y=\"18\">\(escaped(title))</text>"]
    for tick in ticks {
      parts.append(
        "<line class=\"grid\" x1=\"\(x(0))\" x2=\"\(x(extent))\" y1=\"\(y(tick))\" y2=\"\(y(tick))\"/>"
          + "<text class=\"tick\" text-anchor=\"end\" x=\"\(number(area.left - 6))\" y=\"\(y(tick))\""
          + " dy=\"4\">\(Self.label(tick, in: ticks))</text>")
    }
    for (tick, label) in axisTicks {
      parts.append(
        "<text class=\"tick\" text-anchor=\"middle\" x=\"\(x(tick))\" y=\"\(number(height - 22))\">"
          + "\(label)</text>")
    }
    parts.append(
      "<text class=\"tick\" text-anchor=\"middle\" x=\"\(x(extent / 2))\" y=\"\(number(height - 6))\">"
        + "\(escaped(axis))</text>")
    for (index, curve) in curves.enumerated() {
      let bounded = curve.points.compactMap { point in
        point.lower.flatMap { lower in
          point.upper.map { (x: point.x, lower: lower, upper: $0) }
        }
      }
      let outline =
        bounded.map { "\(x($0.x)),\(y($0.upper))" }
        + bounded.reversed().map { "\(x($0.x)),\(y($0.lower))" }
      parts.append(
        "<polygon class=\"band-\(index)\" points=\"\(outline.joined(separator: " "))\"/>")
      let line = curve.points.map { "\(x($0.x)),\(y($0.value))" }
      parts.append(
        "<polyline class=\"curve-\(index)\" points=\"\(line.joined(separator: " "))\"/>")
    }
    parts.append(
      "<line class=\"marker\" x1=\"\(x(0))\" x2=\"\(x(0))\" y1=\"\(number(area.top))\""
        + " y2=\"\(number(area.top + area.height))\"/>")
    return "<svg viewBox=\"0 0 \(number(width)) \(number(height))\" role=\"img\""
      + " aria-label=\"\(escaped(title))\" data-left=\"\(number(area.left))\""
      + " data-width=\"\(number(area.width))\">\(parts.joined())</svg>"
  }

  /// Places along the horizontal axis, 0 to `extent`, and what they are called.
  public var axisTicks: [(place: Double, label: String)] {
    [0, 0.25, 0.5, 0.75, 1].map { part in
      let (place, label) = (part * extent, "\(part * extent)")
      return (place, label.hasSuffix(".0") ? String(label.dropLast(2)) : label)
    }
  }

  private func number(_ value: Double) -> String {
    let text = String(format: "%.2f", value)
    return text.hasSuffix(".00") ? String(text.dropLast(3)) : text
  }
}
