import Images

/// A pool of candidates that were all drawn in one way, and what each setting that turns some of them
/// away is worth.
public struct FrontierPool {
  /// How they were drawn: "guidance 1.5, temperature 0.7".
  public var name: String
  /// The candidates.
  public var samples: JudgedSamples
  /// The dials that were turned.
  public var dials: [RejectionDial]
  /// The figures of each of their settings, by dial; beside each as many plain samples.
  public var figures: [[SettingFigures]]
  /// The command that draws with each of their settings, by dial.
  public var commands: [[String]]
  let images: [Image]

  /// A pool called `name`, with the image of each candidate.
  public init(
    name: String, _ samples: JudgedSamples, images: [Image], dials: [RejectionDial],
    figures: [[SettingFigures]], commands: [[String]]
  ) {
    precondition(images.count == samples.count, "each candidate has an image")
    self.name = name
    self.samples = samples
    self.images = images
    self.dials = dials
    self.figures = figures
    self.commands = commands
  }
}

/// One setting of all those of some pools.
public struct FrontierPlace: Codable, Hashable, Sendable {
  /// The number of the pool, from 0.
  public var pool: Int
  /// The number of the dial in the pool, from 0.
  public var dial: Int
  /// The number of the setting of the dial, from 0.
  public var index: Int

  /// A setting of a dial of a pool.
  public init(pool: Int, dial: Int, index: Int) {
    self.pool = pool
    self.dial = dial
    self.index = index
  }

  /// All there are, in order.
  static func all(of figures: [[[SettingFigures]]]) -> [FrontierPlace] {
    figures.enumerated().flatMap { pool, dials in
      dials.enumerated().flatMap { dial, settings in
        settings.indices.map { FrontierPlace(pool: pool, dial: dial, index: $0) }
      }
    }
  }

  /// Those that leave no class without samples and of whose variety enough is known: as many samples as
  /// `required`, and no wider intervals of recall, theirs and that of as many plain ones.
  static func known(
    in figures: [[[SettingFigures]]], requiring required: Recommendation.Evidence
  ) -> [FrontierPlace] {
    all(of: figures).filter { place in
      let line = figures[place]
      guard line.emptyClasses.isEmpty, line.quality.precision != nil,
        let recall = line.quality.recall,
        let lower = recall.lower, let upper = recall.upper
      else { return false }
      return max(recall.value - lower, upper - recall.value) <= required.recallReach
        && Recommendation.Evidence(of: line)?.suffices(required) == true
    }
  }
}

extension [[[SettingFigures]]] {
  subscript(place: FrontierPlace) -> SettingFigures { self[place.pool][place.dial][place.index] }
}
