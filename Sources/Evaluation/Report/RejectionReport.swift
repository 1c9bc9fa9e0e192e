import Artifacts
import Foundation
import Images

/// What a sweep has found, for people with a browser (`report.html`), without one (`curves.png`), and
/// for programs (`report.json`).
public struct RejectionReport {
  /// The accuracy on real images of a classifier that was trained on something else.
  public struct AccuracyScore: Codable, Sendable {
    /// What it was trained on.
    public var name: String
    /// How many images that were.
    public var samples: Int
    /// The fraction of real images it classifies correctly; nil if there was too little to train on.
    public var accuracy: Estimate?

    /// A score of images called `name`.
    public init(name: String, samples: Int, accuracy: Estimate?) {
      self.name = name
      self.samples = samples
      self.accuracy = accuracy
    }
  }

  /// The dials that were turned.
  public var dials: [RejectionDial]
  /// The figures of each of their settings.
  public var figures: [[SettingFigures]]
  /// The command that draws with each of their settings.
  public var commands: [[String]]
  /// The setting the rule chose.
  public var recommended: Recommendation
  /// The setting to show first: that one, or the one the user asked for.
  public var chosen: Recommendation
  /// What was compared with what, in a sentence or two.
  public var summary: String
  /// What a reader should know to trust the figures, a sentence each.
  public var notes: [String]
  /// See `AccuracyScore`; empty unless asked for.
  public var accuracyScores: [AccuracyScore] = []
  /// How the classifiers of those scores were trained and tested; nil without scores.
  public var accuracyConditions: String?
  let samples: JudgedSamples
  let images: [Image]
  let nearest: [NearestImage]

  /// A report on samples, with the image of each and the training image nearest to it.
  public init(
    _ samples: JudgedSamples, images: [Image], nearest: [NearestImage], dials: [RejectionDial],
    figures: [[SettingFigures]], commands: [[String]], recommended: Recommendation,
    chosen: Recommendation, summary: String, notes: [String]
  ) {
    precondition(
      images.count == samples.count && nearest.count == samples.count,
      "each sample has an image and a nearest one")
    self.samples = samples
    self.images = images
    self.nearest = nearest
    self.dials = dials
    self.figures = figures
    self.commands = commands
    self.recommended = recommended
    self.chosen = chosen
    self.summary = summary
    self.notes = notes
  }

  /// Writes `report.json`, `curves.png` and `report.html` into a folder that is there.
  ///
  /// Throws a `FileError` or `ImageError` if one cannot be written, and what `trainingImages` throws
  /// when the nearest images are read from it.
  public func write(to folder: String, trainingImages: any ImageDataset) throws {
    func path(_ name: String) -> String { (folder as NSString).appendingPathComponent(name) }
    let content = ReportContent(self, samples: Array(0..<samples.count))
    try AtomicFile.write(try content.json(), to: path("report.json"))
    try draw(plots, columns: 2).writePNG(to: path("curves.png"))
    try AtomicFile.write(
      try page(trainingImages: trainingImages).utf8, to: path("report.html"))
  }
}

/// The report as JSON, with all samples or those that a page shows.
struct ReportContent: Encodable {
  struct Dial: Encodable {
    let dial: RejectionSetting.Dial
    let settings: [SettingFigures]
    let commands: [String]
  }

  struct Sample: Encodable {
    /// Its place among all candidates.
    let sample: Int
    let label: Int32
    let number: Int
    let score: Float
    /// Nil if the judge knows no classes.
    let judged: Int32?
    let nearest: Int
    let distance: Double
    /// By how many settings of each dial it is kept.
    let levels: [Int]
  }

  let summary: String
  let notes: [String]
  let classes: [String]
  let judgesClasses: Bool
  let candidates: Int
  let dials: [Dial]
  let recommended: Recommendation
  let chosen: Recommendation
  let isOverridden: Bool
  let accuracyScores: [RejectionReport.AccuracyScore]
  let accuracyConditions: String?
  let samples: [Sample]

  init(_ report: RejectionReport, samples: [Int]) {
    summary = report.summary
    notes = report.notes
    classes = report.samples.classNames
    judgesClasses = report.samples.judgedLabels != nil
    candidates = report.samples.count
    dials = report.dials.indices.map { index in
      Dial(
        dial: report.dials[index].settings[0].dial, settings: report.figures[index],
        commands: report.commands[index])
    }
    recommended = report.recommended
    chosen = report.chosen
    isOverridden =
      (chosen.dial, chosen.index) != (recommended.dial, recommended.index)
    accuracyScores = report.accuracyScores
    accuracyConditions = report.accuracyConditions
    self.samples = samples.map { index in
      Sample(
        sample: index, label: report.samples.labels[index], number: report.samples.numbers[index],
        score: report.samples.scores[index], judged: report.samples.judgedLabels?[index],
        nearest: report.nearest[index].index, distance: report.nearest[index].distance,
        levels: report.dials.map { $0.levels[index] })
    }
  }

  func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return try encoder.encode(self)
  }
}
