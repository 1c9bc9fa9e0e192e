import Foundation
import Images
import Pages

extension FrontierReport {
  /// The planes as one picture.
  var picture: Image {
    let (width, height, columns) = (520, 420, 2)
    let planes = FrontierPlane.all
    let rows = (planes.count + columns - 1) / columns
    let legend = 16 * (pools.count + 3) + 16
    var canvas = PlotCanvas(
      size: ImageSize(height: rows * height + legend, width: columns * width))
    for (index, plane) in planes.enumerated() {
      canvas.draw(
        plane, of: self, left: index % columns * width, top: index / columns * height,
        width: width, height: height)
    }
    canvas.drawLegend(of: self, left: 64, top: rows * height)
    return canvas.image
  }
}

extension SettingFigures {
  /// How large a point to draw: the more draws an image takes, the larger.
  fileprivate var radius: Int { min(2 + Int(log2(max(drawsPerKeptImage ?? 1, 1)).rounded()), 8) }
}

extension PlotColor {
  /// The colour of pool `index` of `count`, from blue over green to orange.
  static func shade(_ index: Int, of count: Int) -> PlotColor {
    let stops = [curves[0], PlotColor(red: 0, green: 158, blue: 115), curves[1]]
    let place = count > 1 ? Double(index) / Double(count - 1) * 2 : 0
    let (first, t) = (min(Int(place), 1), place - Double(min(Int(place), 1)))
    func mix(_ channel: (PlotColor) -> UInt8) -> UInt8 {
      UInt8(Double(channel(stops[first])) * (1 - t) + Double(channel(stops[first + 1])) * t)
    }
    return PlotColor(red: mix(\.red), green: mix(\.green), blue: mix(\.blue))
  }

  /// As a page writes it: "#0072b2".
  var hexadecimal: String { String(format: "#%02x%02x%02x", red, green, blue) }
}

extension PlotCanvas {
  fileprivate mutating func draw(
    _ plane: FrontierPlane, of report: FrontierReport, left: Int, top: Int, width: Int, height: Int
  ) {
    let points = plane.points(of: report.shown, report.figures)
    let ceiling = plane.ceiling(report.plainFigures)
    let seen = points + [ceiling].compactMap { $0 }
    let area = PlaneArea(
      xTicks: roundNumbers(spanning: seen.map(\.x.value)),
      yTicks: roundNumbers(spanning: seen.map(\.y.value)),
      left: Double(left + 64), top: Double(top + 36), width: Double(width - 64 - 24),
      height: Double(height - 36 - 48))
    drawAxes(of: plane, area)
    for point in points {
      disc(
        area.place(point), radius: report.figures[point.place].radius,
        PlotColor.shade(point.place.pool, of: report.pools.count).thinned(to: 0.6))
    }
    let frontier = plane.frontier(of: points)
    for (one, next) in zip(frontier, frontier.dropFirst()) {
      line(from: area.place(one), to: area.place(next), .ink)
    }
    for point in frontier {
      drawInterval(of: point, area)
      disc(
        area.place(point), radius: report.figures[point.place].radius,
        .shade(point.place.pool, of: report.pools.count))
    }
    if let ceiling { mark("R", at: area.place(ceiling)) }
    let plain = FrontierPlace(pool: report.plain, dial: 0, index: 0)
    for (letter, place) in [
      ("P", plain), ("Q", report.qualityFirst.place), ("B", report.recommended.place),
    ] {
      if let point = points.first(where: { $0.place == place }) {
        mark(letter, at: area.place(point))
      }
    }
  }

  private mutating func drawAxes(of plane: FrontierPlane, _ area: PlaneArea) {
    text(plane.title, x: Int(area.left), y: Int(area.top) - 26, .ink, scale: 2)
    for tick in area.yTicks {
      let y = area.y(tick)
      line(from: (area.left, y), to: (area.left + area.width, y), .grid)
      let label = Plot.label(tick, in: area.yTicks)
      text(label, x: Int(area.left) - 6 - label.count * BitmapFont.advance, y: Int(y) - 3, .ink)
    }
    for tick in area.xTicks {
      let x = area.x(tick)
      line(from: (x, area.top), to: (x, area.top + area.height), .grid)
      let label = Plot.label(tick, in: area.xTicks)
      text(
        label, x: Int(x) - label.count * BitmapFont.advance / 2, y: Int(area.top + area.height) + 6,
        .ink)
    }
    text(plane.x.title, x: Int(area.left), y: Int(area.top + area.height) + 22, .ink)
    text(plane.y.title, x: Int(area.left) + 4, y: Int(area.top) + 4, .ink)
  }

  private mutating func drawInterval(of point: FrontierPlane.Point, _ area: PlaneArea) {
    let (x, y) = area.place(point)
    let color = PlotColor.ink.thinned(to: 0.5)
    if let lower = point.x.lower, let upper = point.x.upper {
      line(from: (area.x(lower), y), to: (area.x(upper), y), color)
    }
    if let lower = point.y.lower, let upper = point.y.upper {
      line(from: (x, area.y(lower)), to: (x, area.y(upper)), color)
    }
  }

  private mutating func disc(_ center: (x: Double, y: Double), radius: Int, _ color: PlotColor) {
    let (x, y) = (Int(center.x.rounded()), Int(center.y.rounded()))
    for dy in -radius...radius {
      for dx in -radius...radius where dx * dx + dy * dy <= radius * radius {
        setPixel(x + dx, y + dy, color)
      }
    }
  }

  private mutating func mark(_ letter: String, at point: (x: Double, y: Double)) {
    text(letter, x: Int(point.x) + 6, y: Int(point.y) - 10, .ink, scale: 2)
  }

  fileprivate mutating func drawLegend(of report: FrontierReport, left: Int, top: Int) {
    text(
      "B best at no loss of recall   Q quality first   P plain sampling   R real training images",
      x: left, y: top, .ink)
    text(
      "The larger a point, the more draws an image takes. Lines: the frontier, 95 % intervals.",
      x: left, y: top + 16, .ink)
    for (index, pool) in report.pools.enumerated() {
      let y = top + 16 * (index + 2)
      disc((Double(left + 4), Double(y + 3)), radius: 4, .shade(index, of: report.pools.count))
      text(pool.name, x: left + 16, y: y, .ink)
    }
  }
}

/// The part of a picture that shows a plane.
private struct PlaneArea {
  let xTicks, yTicks: [Double]
  let left, top, width, height: Double

  func x(_ value: Double) -> Double { left + inside(Plot.height(of: value, in: xTicks)) * width }

  func y(_ value: Double) -> Double {
    top + (1 - inside(Plot.height(of: value, in: yTicks))) * height
  }

  func place(_ point: FrontierPlane.Point) -> (x: Double, y: Double) {
    (x(point.x.value), y(point.y.value))
  }

  private func inside(_ part: Double) -> Double { min(max(part, 0), 1) }
}
