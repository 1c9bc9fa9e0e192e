import Tensors

/// One run of a model over a batch: for training, with a tape and a stream of random numbers for
/// dropout; for inference, with neither.
public final class ForwardPass {
  private let tape: Tape?
  private let randomness: Randomness?
  private var dropouts = 0

  /// A pass whose operations `tape` records. `randomness` must differ from step to step.
  public init(recordingOn tape: Tape, randomness: Randomness) {
    self.tape = tape
    self.randomness = randomness
  }

  /// A pass without gradients or dropout.
  public static var inference: ForwardPass { ForwardPass() }

  private init() {
    tape = nil
    randomness = nil
  }

  /// Whether this pass trains: gradients are recorded and dropout is active.
  public var isTraining: Bool { tape != nil }

  /// The value of a parameter, recorded when training.
  public func callAsFunction(_ parameter: Parameter) -> Tensor {
    tape?.watch(parameter) ?? parameter.value
  }

  /// Dropout when training; the tensor itself otherwise.
  public func dropout(_ x: Tensor, rate: Float) -> Tensor {
    guard let randomness, rate > 0 else { return x }
    dropouts += 1
    return x.dropped(rate: rate, key: randomness.stream(dropouts))
  }
}
