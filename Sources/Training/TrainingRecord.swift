import Artifacts
import Images

/// What people look at while a training goes on, beside its model: the figures of each validation, a sheet
/// of pictures, and a page of both.
final class TrainingRecord {
  private let output: String
  private let command: String?
  private var metrics: MetricsLog?
  private var page: TrainingPage?
  /// The names of the figures of the latest validation.
  private var figures: [String] = []

  /// The record of a training that will write `output`, which `command` started; nil where it was not a
  /// command.
  init(besides output: String, command: String?) {
    self.output = output
    self.command = command
    for companion in ["metrics.jsonl", "training.html"] {
      AtomicFile.removeTemporaries(of: companionPath(of: output, companion))
    }
  }

  /// Begins after the step at which the task stands, with what an earlier process recorded up to then if
  /// it goes on from a checkpoint.
  ///
  /// Throws a `FileError` if nothing can be written.
  func begin(_ task: TrainingTask, at beginning: TrainingBeginning) throws {
    var page = TrainingPage(of: task, command: command)
    if let sheet = task.sheet { AtomicFile.removeTemporaries(of: path(of: sheet)) }
    if beginning.isResumed { page.goOn(from: pagePath, after: beginning.position.step) }
    metrics = try MetricsLog(besides: output, resumingAt: beginning.position.step)
    self.page = page
  }

  /// Forgets what came after a step that the training has gone back to.
  ///
  /// Throws a `FileError` if the metrics cannot be written.
  func goBack(to step: Int) throws {
    metrics = try MetricsLog(besides: output, resumingAt: step)
    page?.goBack(to: step)
  }

  /// Adds a line to the metrics; throws a `FileError` if it cannot be written.
  func add(step: Int, _ figures: [Figure]) throws {
    try metrics?.append(step: step, figures)
    self.figures = figures.map(\.name)
  }

  /// Replaces the sheet of pictures by one drawn after a step; throws a `FileError` if it cannot be
  /// written.
  func write(_ picture: Image, of sheet: TrainingTask.Sheet, after step: Int) throws {
    let png = try picture.pngBytes()
    try AtomicFile.write(png, to: path(of: sheet))
    page?.show(png, after: step)
  }

  /// Replaces the page; throws a `FileError` if it cannot be written.
  func writePage(_ state: TrainingPage.State) throws {
    guard let page, let records = metrics?.records else { return }
    // A process that has not validated yet does not know their order.
    let names = figures.isEmpty ? records.last?.values.keys.sorted() ?? [] : figures
    try AtomicFile.write(page.html(state, records, figures: names).utf8, to: pagePath)
  }

  private var pagePath: String { companionPath(of: output, "training.html") }

  private func path(of sheet: TrainingTask.Sheet) -> String {
    companionPath(of: output, "\(sheet.name).png")
  }
}
