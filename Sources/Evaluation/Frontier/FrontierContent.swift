import Pages

/// The report on a frontier as JSON.
struct FrontierContent: Encodable {
  struct Pool: Encodable {
    let name: String
    let candidates: Int
    let color: String
    let dials: [ReportContent.Dial]
  }

  struct Point: Encodable {
    let pool, dial, index: Int
    let x, y: Estimate

    init(_ point: FrontierPlane.Point) {
      (pool, dial, index) = (point.place.pool, point.place.dial, point.place.index)
      (x, y) = (point.x, point.y)
    }
  }

  struct Plane: Encodable {
    let title, xTitle, yTitle: String
    let xTicks, yTicks: [Double]
    let points: [Point]
    /// The places, in `points`, of those that no other surpasses, from the worst x on.
    let frontier: [Int]
    /// As many real training images as there are candidates in a pool.
    let ceiling: Point?

    init(_ plane: FrontierPlane, _ report: FrontierReport) {
      (title, xTitle, yTitle) = (plane.title, plane.x.title, plane.y.title)
      let all = plane.points(of: report.shown, report.figures)
      let best = Set(plane.frontier(of: all).map(\.place))
      let top = plane.ceiling(report.plainFigures)
      let seen = all + [top].compactMap { $0 }
      xTicks = roundNumbers(spanning: seen.map(\.x.value))
      yTicks = roundNumbers(spanning: seen.map(\.y.value))
      points = all.map(Point.init)
      frontier = all.indices.filter { best.contains(all[$0].place) }
        .sorted { all[$0].x.value < all[$1].x.value }
      ceiling = top.map(Point.init)
    }
  }

  let summary: String
  let notes: [String]
  let classes: [String]
  let judgesClasses: Bool
  let plain: Int
  let pools: [Pool]
  let planes: [Plane]
  let recommended: FrontierChoice
  let qualityFirst: FrontierChoice

  init(_ report: FrontierReport) {
    summary = report.summary
    notes = report.notes
    classes = report.pools[report.plain].samples.classNames
    judgesClasses = report.pools[report.plain].samples.judgedLabels != nil
    plain = report.plain
    pools = report.pools.enumerated().map { index, pool in
      Pool(
        name: pool.name, candidates: pool.samples.count,
        color: PlotColor.shade(index, of: report.pools.count).hexadecimal,
        dials: pool.dials.indices.map {
          .init(
            dial: pool.dials[$0].settings[0].dial, settings: pool.figures[$0],
            commands: pool.commands[$0])
        })
    }
    planes = FrontierPlane.all.map { Plane($0, report) }
    recommended = report.recommended
    qualityFirst = report.qualityFirst
  }
}
