import Artifacts
import Pages

/// The figures of a training over its steps: what belongs together in one plot.
struct TrainingCurves {
  /// A plot and the names of its curves.
  private struct Group {
    let title: String
    var curves: [(name: String, figure: String)]
  }

  private let groups: [Group]

  /// Held-out figures that are of the same kind as another of the training.
  private static let partners = ["held-out error": "reconstruction", "held-out nats/code": "loss"]

  /// The curves of the figures with these names.
  init(of figures: [String]) {
    var groups: [Group] = []
    for figure in figures {
      let (title, name) = Self.place(of: figure, among: figures)
      if let group = groups.firstIndex(where: { $0.title == title }) {
        groups[group].curves.append((name, figure))
      } else {
        groups.append(Group(title: title, curves: [(name, figure)]))
      }
    }
    self.groups = groups
  }

  /// The plot of a figure, and what its curve is called there.
  private static func place(
    of figure: String, among figures: [String]
  ) -> (title: String, curve: String) {
    if let partner = partners[figure], figures.contains(partner) { return (partner, "held out") }
    let words = figure.split(separator: " ", maxSplits: 1).map(String.init)
    return switch words.first {
    case "held-out": (words[1], "held out")
    case "perplexity", "usage": (words[0], words.last ?? "")
    default: (figure, "training")
    }
  }

  /// A `figure` element for each plot, over the steps of `records`, of at most `steps`.
  func elements(_ records: [MetricsLog.Record], steps: Int) -> String {
    groups.map { group in
      let curves = group.curves.map { name, figure in
        Plot.Curve(
          name,
          records.compactMap { record in
            record.values[figure].map { Plot.Point(Double(record.step), $0) }
          })
      }
      let plot = Plot(group.title, axis: "steps", extent: Double(max(steps, 1)), curves: curves)
      let keys = curves.enumerated().map { index, curve in
        "<span class=\"key-\(index)\">\(escaped(curve.name))</span>"
      }
      return "<figure>\(plot.svg)<figcaption>\(keys.joined())</figcaption></figure>"
    }.joined(separator: "\n")
  }
}
