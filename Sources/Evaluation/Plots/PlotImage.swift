import Images
import Pages

/// Draws plots side by side into one picture.
///
/// - Parameter columns: how many stand beside one another, at least 1.
public func draw(_ plots: [Plot], columns: Int) -> Image {
  let (width, height) = (440, 280)
  let rows = max(1, (plots.count + columns - 1) / columns)
  var canvas = PlotCanvas(size: ImageSize(height: rows * height, width: columns * width))
  for (index, plot) in plots.enumerated() {
    canvas.draw(
      plot, left: index % columns * width, top: index / columns * height, width: width,
      height: height)
  }
  return canvas.image
}

extension PlotCanvas {
  fileprivate mutating func draw(_ plot: Plot, left: Int, top: Int, width: Int, height: Int) {
    let area = (
      left: Double(left + 64), top: Double(top + 44), width: Double(width - 64 - 16),
      height: Double(height - 44 - 44)
    )
    let ticks = plot.ticks
    func place(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
      (
        area.left + x / plot.extent * area.width,
        area.top + (1 - Plot.height(of: y, in: ticks)) * area.height
      )
    }
    text(plot.title, x: left + 64, y: top + 8, .ink, scale: 2)
    for tick in ticks {
      line(from: place(0, tick), to: place(plot.extent, tick), .grid)
      let label = Plot.label(tick, in: ticks)
      text(
        label, x: left + 58 - label.count * BitmapFont.advance, y: Int(place(0, tick).y) - 3, .ink)
    }
    let bottom = Int(area.top + area.height)
    for (tick, label) in plot.axisTicks {
      let x = Int(place(tick, 0).x)
      text(label, x: x - label.count * BitmapFont.advance / 2, y: bottom + 6, .ink)
    }
    text(
      plot.axis, x: left + width / 2 - plot.axis.count * BitmapFont.advance / 2, y: bottom + 20,
      .ink)
    var legend = left + 64
    for (curve, color) in zip(plot.curves, PlotColor.curves) {
      drawBand(curve, color.thinned(to: 0.2), place)
      legend += text(curve.name, x: legend, y: top + 30, color) + 2 * BitmapFont.advance
    }
    for (curve, color) in zip(plot.curves, PlotColor.curves) {
      for (one, next) in zip(curve.points, curve.points.dropFirst()) {
        line(from: place(one.x, one.value), to: place(next.x, next.value), color, isThick: true)
      }
    }
  }

  /// The interval as a vertical tint at each column of pixels between two points.
  private mutating func drawBand(
    _ curve: Plot.Curve, _ color: PlotColor, _ place: (Double, Double) -> (x: Double, y: Double)
  ) {
    for (one, next) in zip(curve.points, curve.points.dropFirst()) {
      guard let lower = one.lower, let upper = one.upper,
        let nextLower = next.lower, let nextUpper = next.upper
      else { continue }
      let (first, last) = (Int(place(one.x, 0).x), Int(place(next.x, 0).x))
      for column in first..<max(first, last) {
        let t = Double(column - first) / Double(last - first)
        let (low, high) = (
          place(0, lower + (nextLower - lower) * t).y, place(0, upper + (nextUpper - upper) * t).y
        )
        for row in Int(high)...max(Int(high), Int(low)) { tint(column, row, color) }
      }
    }
  }
}
