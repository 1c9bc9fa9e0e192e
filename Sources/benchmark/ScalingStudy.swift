import CommandLineTools
import Foundation

/// How the cost of each part grows with what there is to do: the page that shows whether it grows as
/// it should.
struct ScalingStudy: CustomStringConvertible {
  /// One part measured at several sizes.
  struct Series {
    /// What grows, and what is timed.
    var title: String
    /// Its sizes, in ascending order.
    var sizes: [Int]
    /// How many units of work a size has, and what a unit is.
    var unit: (name: String, count: (Int) -> Int)
    /// The work at a size, and how many images it is on.
    var work: (Int) -> (workload: Workload, images: Int)
  }

  private static var series: [Series] {
    [
      Series(
        title: "encoding, side of the image", sizes: [32, 64, 128, 256], unit: pixels,
        work: { (VQVAEWorkloads(size: $0, batch: 8).encoding, 8) }),
      Series(
        title: "stage-one step, side of the image", sizes: [32, 64, 128, 256], unit: pixels,
        work: { (VQVAEWorkloads(size: $0, batch: 4).step, 4) }),
      Series(
        title: "stage-one step, batch of 64×64", sizes: [2, 8, 32, 64],
        unit: ("image", { $0 }), work: { (VQVAEWorkloads(size: 64, batch: $0).step, $0) }),
      Series(
        title: "encoding 64×64, batch", sizes: [1, 4, 16, 64], unit: ("image", { $0 }),
        work: { (VQVAEWorkloads(size: 64, batch: $0).encoding, $0) }),
      Series(
        title: "encoding 64×64, codes in the codebook", sizes: [64, 256, 1024, 4096],
        unit: ("code", { $0 }),
        work: { (VQVAEWorkloads(size: 64, batch: 8, codes: $0).encoding, 8) }),
      Series(
        title: "prior step, side of the map", sizes: [8, 16, 32], unit: positions,
        work: { (PriorWorkloads(side: $0, batch: 4, isConditioned: true).step, 4) }),
      Series(
        title: "prior step with attention, side of the map", sizes: [8, 16, 32], unit: positions,
        work: { (PriorWorkloads(side: $0, batch: 4, attentionHeads: 8).step, 4) }),
      Series(
        title: "sampling, side of the map", sizes: [8, 16, 32, 64], unit: positions,
        work: { (PriorWorkloads(side: $0, batch: 4, isConditioned: true).sampling, 4) }),
      Series(
        title: "sampling 16×16, batch", sizes: [1, 4, 16, 64], unit: ("image", { $0 }),
        work: { (PriorWorkloads(side: 16, batch: $0, isConditioned: true).sampling, $0) }),
    ]
  }

  private static var pixels: (name: String, count: (Int) -> Int) { ("pixel", { $0 * $0 }) }
  private static var positions: (name: String, count: (Int) -> Int) { ("position", { $0 * $0 }) }

  /// The table.
  let description: String

  /// Measures one series after the other; a line of `progress` comes before each measurement.
  init(repetitions: Int, progress: (String) -> Void) {
    var table = TextTable([
      "what grows", "to", "time an image", "time a unit of work", "unit", "order of growth",
    ])
    for series in Self.series {
      var last: (units: Int, seconds: Double)?
      for size in series.sizes {
        progress("\(series.title): \(size)")
        let (workload, images) = series.work(size)
        let seconds = workload.measure(repetitions: repetitions).seconds
        let units = series.unit.count(size)
        table.addRow([
          series.title, "\(size)", milliseconds(seconds / Double(images)),
          String(format: "%.1f µs", seconds * 1e6 / Double(units)), series.unit.name,
          last.map { order(from: $0, to: (units, seconds)) } ?? "–",
        ])
        last = (units, seconds)
      }
    }
    description = table.description
  }
}

private func milliseconds(_ seconds: Double) -> String {
  String(format: "%.2f ms", seconds * 1000)
}

/// The exponent of growth between two measurements: 1 where the cost is proportional to the work.
private func order(
  from first: (units: Int, seconds: Double), to second: (units: Int, seconds: Double)
) -> String {
  String(
    format: "%.2f",
    log(second.seconds / first.seconds) / log(Double(second.units) / Double(first.units)))
}
