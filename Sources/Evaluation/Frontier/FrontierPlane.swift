/// Two figures of all settings, one over the other.
struct FrontierPlane: Sendable {
  /// One of the two.
  struct Axis: Sendable {
    let title: String
    var isBetterSmall = false
    /// The figure of some samples, beside those of as many plain ones.
    let figure: @Sendable (_ quality: QualityFigures, _ plain: QualityFigures) -> Estimate?

    /// Whether one value is better than another.
    func prefers(_ value: Double, to other: Double) -> Bool {
      isBetterSmall ? value < other : value > other
    }
  }

  /// A setting, and where it lies.
  struct Point {
    let place: FrontierPlace
    let x, y: Estimate
  }

  let title: String
  let x, y: Axis

  /// The planes of a report, the first to be shown first.
  static let all = [
    FrontierPlane(
      title: "Precision and recall", x: Axis(title: "recall") { quality, _ in quality.recall },
      y: precision),
    FrontierPlane(
      title: "Precision and recall beside plain",
      x: Axis(title: "recall / recall of as many plain samples") { quality, plain in
        guard let recall = quality.recall, let plain = plain.recall?.value, plain > 0 else {
          return nil
        }
        return Estimate(
          value: recall.value / plain, lower: recall.lower.map { $0 / plain },
          upper: recall.upper.map { $0 / plain })
      }, y: precision),
    FrontierPlane(
      title: "Density and coverage", x: Axis(title: "coverage") { quality, _ in quality.coverage },
      y: Axis(title: "density") { quality, _ in quality.density }),
    FrontierPlane(
      title: "Frechet distance and recall",
      x: Axis(title: "recall") { quality, _ in quality.recall },
      y: Axis(title: "Frechet distance", isBetterSmall: true) { quality, _ in
        quality.frechetDistance
      }),
  ]

  private static let precision = Axis(title: "precision") { quality, _ in quality.precision }

  /// Those of some settings that have both figures.
  func points(of places: [FrontierPlace], _ figures: [[[SettingFigures]]]) -> [Point] {
    places.compactMap { place in
      let line = figures[place]
      guard let x = x.figure(line.quality, line.unfilteredQuality),
        let y = y.figure(line.quality, line.unfilteredQuality)
      else { return nil }
      return Point(place: place, x: x, y: y)
    }
  }

  /// Where as many real training images lie as a setting keeps.
  func ceiling(_ line: SettingFigures) -> Point? {
    guard let ceiling = line.ceiling, let x = x.figure(ceiling, line.unfilteredQuality),
      let y = y.figure(ceiling, line.unfilteredQuality)
    else { return nil }
    return Point(place: FrontierPlace(pool: 0, dial: 0, index: 0), x: x, y: y)
  }

  /// Those of some points that no other is better than in one figure without being worse in the other;
  /// from the worst x to the best.
  func frontier(of points: [Point]) -> [Point] {
    // From the best x on, those whose y is better than that of all before.
    let sorted = points.sorted { one, other in
      one.x.value != other.x.value
        ? x.prefers(one.x.value, to: other.x.value) : y.prefers(one.y.value, to: other.y.value)
    }
    var best: Double?
    let frontier = sorted.filter { point in
      if let best, !y.prefers(point.y.value, to: best) { return false }
      best = point.y.value
      return true
    }
    return frontier.reversed()
  }
}
