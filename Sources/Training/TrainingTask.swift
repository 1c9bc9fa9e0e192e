import Artifacts
import Communication
import Images
import Models
import NeuralNetworks
import Tensors

/// What there is to do in a training, whatever its model: `TrainingRun` does it all, `TrainingPlan` a
/// little of it.
public struct TrainingTask {
  /// What one part of a step computed.
  public struct Step {
    /// What the model minimizes; a scalar.
    public var loss: Tensor
    /// What its opponent minimizes, on the same tape: a scalar that takes the model for a constant.
    public var opponentLoss: Tensor?
    /// Numbers to show and log.
    public var figures: [Figure]

    /// A step's results.
    public init(loss: Tensor, figures: [Figure] = []) {
      self.loss = loss
      self.figures = figures
    }
  }

  /// A network that is trained against the model, by an optimizer of its own, and forgotten at the end.
  public struct Opponent {
    /// Of the network.
    public let parameters: ParameterStore
    /// How many steps the model takes before it enters.
    public let start: Int

    /// An opponent that enters after `start` steps.
    public init(_ parameters: ParameterStore, after start: Int) {
      self.parameters = parameters
      self.start = start
    }
  }

  /// A sheet of pictures that shows how far the model is, drawn anew at each validation.
  public struct Sheet {
    /// What the pictures are, in a word: "reconstructions". The sheet is `NAME.reconstructions.png`,
    /// beside the model.
    public let name: String
    /// What they show, in a sentence.
    public let caption: String
    /// Draws the sheet by the model as it is.
    public let draw: () throws -> Image
  }

  /// What to call it: "train-vqvae".
  public let title: String
  /// Of the model; what the training changes.
  public let parameters: ParameterStore
  /// What is trained against it, if anything is.
  let opponent: Opponent?
  /// How it is trained.
  public let settings: TrainingSettings
  /// Those who share each of its steps.
  let communicator: any Communicator
  /// Steps between validations; the last step is always followed by one.
  let validationInterval: Int
  /// The held-out images that are validated with at a time.
  let validationBatch: Int
  /// Called before the first `step`, and wherever the training goes back, with the number of steps
  /// already done.
  let begin: (Int) throws -> Void
  /// The forward pass of this process's share of one part of a step, by number: parts are counted
  /// through all steps, from 0.
  let step: (_ part: Int, _ pass: ForwardPass, _ randomness: Randomness) throws -> Step
  /// Which values of the first figure of a validation are better; nil where that figure is not all that
  /// the training is for, and its last weights become the model.
  let aim: Aim?
  /// Figures of the model as it is, on the first `count` of the held-out images.
  let validate: (_ count: Int) throws -> [Figure]
  /// What there is to look at, if anything is.
  public let sheet: Sheet?
  private let exchange: GradientExchange

  /// Which of two figures is the better one.
  public enum Aim: Sendable {
    /// The smaller one: an error, nats.
    case smaller
    /// The larger one: an accuracy, a bound.
    case larger

    /// Whether a figure is better than the best one before it.
    func prefers(_ value: Double, to best: Double) -> Bool {
      self == .smaller ? value < best : value > best
    }
  }

  /// A task, validated after every twentieth of its steps unless told otherwise.
  public init(
    title: String, parameters: ParameterStore, opponent: Opponent? = nil,
    settings: TrainingSettings, sharedBy communicator: any Communicator = SoleProcess(),
    aim: Aim? = nil, validationInterval: Int? = nil, validationBatch: Int,
    begin: @escaping (Int) throws -> Void = { _ in },
    step: @escaping (_ part: Int, _ pass: ForwardPass, _ randomness: Randomness) throws -> Step,
    validate: @escaping (_ count: Int) throws -> [Figure],
    sheet: Sheet? = nil
  ) {
    self.title = title
    self.parameters = parameters
    self.opponent = opponent
    self.settings = settings
    self.communicator = communicator
    exchange = GradientExchange(over: communicator)
    self.aim = settings.keep == .best ? aim : nil
    self.validationInterval = validationInterval ?? settings.validationInterval
    self.validationBatch = validationBatch
    self.begin = begin
    self.step = step
    self.validate = validate
    self.sheet = sheet
  }

  /// What `computeGradients` found.
  struct Part {
    /// The contribution of this process's share of the part to the step's loss and figures.
    let figures: [Figure]
    /// What its forward pass took.
    let forwardMultiplyAdds: Int
    /// How long its backward pass took, until all processes had the gradients.
    let backwardTime: Duration
    /// In how many pieces gradients were summed over the processes.
    let gradientSums: Int
  }

  /// Adds the gradients of one part of a step, by number, to those of the parts before it. After the
  /// last part of a step they are those of all processes.
  ///
  /// Throws what `step` throws.
  func computeGradients(part: Int) throws -> Part {
    let randomness = Randomness(seed: settings.seed).stream("steps").stream(part + 1)
    let tape = Tape()
    let pass = ForwardPass(
      recordingOn: tape, randomness: randomness, recomputingBlocks: settings.recomputesBlocks,
      sharedBy: communicator)
    let before = MultiplyAddCounter.count
    let result = try step(part, pass, randomness)
    let forward = MultiplyAddCounter.count - before
    let shares = settings.parts * communicator.count
    let isLast = (part + 1).isMultiple(of: settings.parts)
    var gradientSums = 0
    // Neither loss has a gradient in what the other's network learns.
    let losses = result.opponentLoss.map { result.loss + $0 } ?? result.loss
    let backwardTime = ContinuousClock().measure {
      tape.backward(
        from: losses, seed: Tensor(repeating: 1 / Float(shares), shape: losses.shape),
        isFinal: { if isLast { exchange.add($0) } })
      gradientSums = exchange.finish()
    }
    let figures = [Figure("loss", Double(result.loss.scalar))] + result.figures
    return Part(
      figures: figures.map { Figure($0.name, $0.value / Double(shares)) },
      forwardMultiplyAdds: forward, backwardTime: backwardTime, gradientSums: gradientSums)
  }
}
