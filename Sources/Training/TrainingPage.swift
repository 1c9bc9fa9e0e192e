import Artifacts
import Foundation
import Pages

/// How a training goes, for people with a browser: `NAME.training.html` beside its model.
///
/// The page holds all it shows and needs no server. While the training goes on it is rewritten after each
/// validation, and the browser reads it again every few seconds.
struct TrainingPage {
  /// How the training stands.
  enum State {
    /// It goes on, and will take so long; nil while nobody knows.
    case going(timeLeft: Duration?)
    /// It has ended, for a reason told in a sentence.
    case ended(String)
  }

  /// A sheet of pictures, as PNG, and the step after which it was drawn.
  private struct Picture {
    let step: Int
    let png: [UInt8]
  }

  private let title: String
  private let steps: Int
  private let command: String?
  private let sheet: TrainingTask.Sheet?
  private var first: Picture?
  private var latest: Picture?

  /// Seconds after which the browser reads the page again.
  private static let refreshInterval = 10

  /// The page of a task that `command` started; nil where it was not a command.
  init(of task: TrainingTask, command: String?) {
    title = task.title
    steps = task.settings.steps
    sheet = task.sheet
    self.command = command
  }

  /// Takes over the first pictures of the page at `path`, which the training wrote until it was stopped
  /// after `step`.
  mutating func goOn(from path: String, after step: Int) {
    guard let page = try? String(contentsOfFile: path, encoding: .utf8),
      let start = page.range(of: Self.firstPicture)?.upperBound,
      let end = page[start...].firstIndex(of: ">")
    else { return }
    // 100" src="data:image/png;base64,…" alt="…"
    let parts = page[start..<end].split(separator: "\"")
    guard parts.count > 2, let drawn = Int(parts[0]), drawn <= step,
      let comma = parts[2].firstIndex(of: ","),
      let png = Data(base64Encoded: String(parts[2][parts[2].index(after: comma)...]))
    else { return }
    first = Picture(step: drawn, png: Array(png))
  }

  private static let firstPicture = "<img id=\"first\" data-step=\""

  /// Forgets the pictures that were drawn after a step that the training has gone back to.
  mutating func goBack(to step: Int) {
    if let drawn = first?.step, drawn > step { first = nil }
  }

  /// Shows a sheet, as PNG, that was drawn after a step.
  mutating func show(_ png: [UInt8], after step: Int) {
    latest = Picture(step: step, png: png)
    first = first ?? latest
  }

  /// The whole page.
  ///
  /// - Parameters:
  ///   - records: of all validations so far.
  ///   - names: of the figures that they have, in their order.
  func html(_ state: State, _ records: [MetricsLog.Record], figures names: [String]) -> String {
    let last = records.last
    let step = last?.step ?? 0
    let rows = names.map { name in
      let values = [records.first, last].map {
        $0?.values[name].map { Figure(name, $0).shortValue } ?? "–"
      }
      return "<tr><td>\(escaped(name))</td><td>\(values[0])</td><td>\(values[1])</td></tr>"
    }
    let isGoing = if case .going = state { true } else { false }
    return filledPage(
      PackageResources.training_html,
      [
        "refresh": isGoing
          ? "<meta http-equiv=\"refresh\" content=\"\(Self.refreshInterval)\">" : "",
        "title": escaped(title), "step": "\(step)", "steps": "\(steps)",
        "first step": "\(records.first?.step ?? 0)",
        "style": pageStyle + text(of: PackageResources.training_css),
        "state": escaped(sentence(state, step, speed: last?.values["images/s"])),
        "command": command.map { "<pre><code id=\"command\">\(escaped($0))</code></pre>" } ?? "",
        "curves": TrainingCurves(of: names).elements(records, steps: steps),
        "figures": rows.joined(separator: "\n"), "pictures": pictures,
        "time": Date.now.formatted(.iso8601),
      ])
  }

  private func sentence(_ state: State, _ step: Int, speed: Double?) -> String {
    switch state {
    case .ended(let reason): return reason
    case .going(let timeLeft):
      let parts = [
        "Step \(spoken(count: step)) of \(spoken(count: steps))",
        timeLeft.map { "about \(spoken($0)) left" },
        speed.map {
          String(format: $0 < 10 ? "%.1f images per second" : "%.0f images per second", $0)
        },
      ]
      return parts.compactMap { $0 }.joined(separator: ", ") + "."
    }
  }

  /// The section of pictures, then and now; nothing where there are none.
  private var pictures: String {
    guard let sheet, let first, let latest else { return "" }
    func figure(_ picture: Picture, _ start: String) -> String {
      "<figure>\(start)\(picture.step)\" src=\"\(dataAddress(ofPNG: picture.png))\" alt=\""
        + "\(escaped(sheet.caption))\"><figcaption>after step \(spoken(count: picture.step))"
        + "</figcaption></figure>"
    }
    let now = "<img id=\"latest\" data-step=\""
    return """
      <section>
        <h2>\(escaped(sheet.name.capitalized)), then and now</h2>
        <p class="hint">\(escaped(sheet.caption))</p>
        <div class="pictures">\(figure(first, Self.firstPicture))\(figure(latest, now))</div>
      </section>
      """
  }
}
