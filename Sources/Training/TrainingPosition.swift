import Models

/// Where a training is.
struct TrainingPosition: Codable {
  /// The steps done.
  var step = 0
  /// How often the training went back; each time halved its learning rate.
  var rollbacks = 0
  /// The best validation so far; nil before the first, and where the best does not count.
  var best: BestValidation?

  /// What the learning rate is multiplied by.
  var rateScale: Float { Float(sign: .plus, exponent: -rollbacks, significand: 1) }

  /// Where a longer training goes on that has the given settings, from the end of one that had others.
  func goingOn(with settings: TrainingSettings, after others: TrainingSettings) -> TrainingPosition
  {
    var position = self
    position.best?.worseSince = 0
    // A rate of its own counts as it is.
    if settings.learningRate != others.learningRate { position.rollbacks = 0 }
    return position
  }
}

/// The best validation of a training so far.
struct BestValidation: Codable {
  /// The step after which it was.
  var step: Int
  /// The figure that is aimed at.
  var value: Double
  /// How many validations there were since, none of them better.
  var worseSince = 0
}

extension TrainingSettings {
  /// Whether the training ends since its validations have not become better for so long.
  func isExhausted(after best: BestValidation?) -> Bool {
    best.map { $0.worseSince >= patience ?? .max } ?? false
  }
}

/// How often a training may go back before it is given up.
let rollbackLimit = 3
