import NeuralNetworks

/// How a training goes, whatever it trains.
public struct TrainingSettings: Codable, Hashable, Sendable {
  /// Steps of the optimizer.
  public var steps: Int
  /// The time that these steps were to take, in hours; nil where it was not time that was asked for.
  public var hours: Double?
  /// Images per step.
  public var batchSize: Int
  /// The parts a step's images are split into, whose gradients are added up; divides `batchSize`.
  public var parts: Int
  /// Whether the inside of blocks is computed again for their gradients instead of kept.
  public var recomputesBlocks: Bool
  /// The highest learning rate.
  public var learningRate: Float
  /// Steps over which the rate rises to it.
  public var warmup: Int
  /// Gradients are scaled down to this Euclidean norm where they exceed it.
  public var gradientNormLimit: Float
  /// Images that are not trained on but validated with.
  public var heldOut: Int
  /// The seed of everything random.
  public var seed: UInt64
  /// How the weights are stored.
  public var precision: WeightPrecision
  /// Which weights become the model; nil, as in files of before there was a choice, for the last.
  public var keep: KeptWeights?
  /// After how many validations without a better figure the training ends; nil for never.
  public var patience: Int?
  /// The trainings that it goes on from, the first first; nil where it begins anew.
  public var earlier: [EarlierTraining]?

  /// Settings of a training.
  public init(
    steps: Int, hours: Double? = nil, batchSize: Int, parts: Int = 1,
    recomputesBlocks: Bool = false, learningRate: Float, warmup: Int, gradientNormLimit: Float,
    heldOut: Int, seed: UInt64, precision: WeightPrecision, keep: KeptWeights? = nil,
    patience: Int? = nil
  ) {
    self.steps = steps
    self.hours = hours
    self.batchSize = batchSize
    self.parts = parts
    self.recomputesBlocks = recomputesBlocks
    self.learningRate = learningRate
    self.warmup = warmup
    self.gradientNormLimit = gradientNormLimit
    self.heldOut = heldOut
    self.seed = seed
    self.precision = precision
    self.keep = keep
    self.patience = patience
  }
}

extension TrainingSettings {
  /// The learning rate of a step, counted from 1: it rises over the warm-up and falls along a cosine to the
  /// last step. Where a finished training goes on it falls again (arXiv 1608.03983), without a warm-up, so
  /// that the rates of all steps add up to what those of a training of so many steps add up to.
  public func rate(at step: Int) -> Float {
    guard let begin = earlier?.last?.stepsTaken else {
      return LearningRateSchedule(peak: learningRate, warmup: warmup, steps: steps).rate(at: step)
    }
    return LearningRateSchedule(peak: learningRate, warmup: 0, steps: steps - begin)
      .rate(at: step - begin)
  }

  /// Settings from a file, perhaps from before steps had parts.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      steps: try values.decode(Int.self, forKey: .steps),
      hours: try values.decodeIfPresent(Double.self, forKey: .hours),
      batchSize: try values.decode(Int.self, forKey: .batchSize),
      parts: try values.decodeIfPresent(Int.self, forKey: .parts) ?? 1,
      recomputesBlocks: try values.decodeIfPresent(Bool.self, forKey: .recomputesBlocks) ?? false,
      learningRate: try values.decode(Float.self, forKey: .learningRate),
      warmup: try values.decode(Int.self, forKey: .warmup),
      gradientNormLimit: try values.decode(Float.self, forKey: .gradientNormLimit),
      heldOut: try values.decode(Int.self, forKey: .heldOut),
      seed: try values.decode(UInt64.self, forKey: .seed),
      precision: try values.decode(WeightPrecision.self, forKey: .precision),
      keep: try values.decodeIfPresent(KeptWeights.self, forKey: .keep),
      patience: try values.decodeIfPresent(Int.self, forKey: .patience))
    earlier = try values.decodeIfPresent([EarlierTraining].self, forKey: .earlier)
  }
}

/// What a longer training says of one that it goes on from.
public struct EarlierTraining: Codable, Hashable, Sendable {
  /// The steps it was to take.
  public var steps: Int
  /// The steps it took in all, fewer where validations stopped improving.
  public var stepsTaken: Int
  /// Its highest learning rate.
  public var learningRate: Float
  /// The steps over which the rate rose to that.
  public var warmup: Int

  /// A training with some settings that ended after `stepsTaken` steps.
  public init(_ settings: TrainingSettings, stepsTaken: Int) {
    steps = settings.steps
    self.stepsTaken = stepsTaken
    learningRate = settings.learningRate
    warmup = settings.warmup
  }
}

/// Which weights of a training become the model.
public enum KeptWeights: String, Codable, CaseIterable, Sendable {
  /// Those after the step whose validation was the best; where no codebook follows the weights, it is
  /// their moving average that is validated and kept.
  case best
  /// Those of the last step.
  case last
}

/// How a model's weights are stored; they are single precision in memory.
public enum WeightPrecision: String, Codable, CaseIterable, Sendable {
  /// 16 bits: half the size, and no visible loss.
  case half
  /// 32 bits: exactly what was trained.
  case full
}

/// What a trained model's file says of how it was made.
public struct TrainedConfiguration<Model: Codable & Hashable & Sendable>:
  Codable, Hashable, Sendable
{
  /// The architecture.
  public var model: Model
  /// How it was trained.
  public var training: TrainingSettings

  /// A model and its training.
  public init(model: Model, training: TrainingSettings) {
    self.model = model
    self.training = training
  }
}
