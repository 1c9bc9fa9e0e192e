import Communication
import Tensors

/// One run of a model over a batch: for training, with a tape and a stream of random numbers for
/// dropout; for inference, with neither.
///
/// Processes that train together share a batch evenly: the tensors of a pass hold the images of one.
public final class ForwardPass {
  /// Those who share the batch.
  public let communicator: any Communicator
  /// Whether no training has a part in it.
  public let isInference: Bool
  private let tape: Tape?
  private let randomness: Randomness?
  private let recomputesBlocks: Bool
  private var streams = 0

  /// A pass whose operations `tape` records.
  ///
  /// - Parameters:
  ///   - randomness: must differ from step to step.
  ///   - recomputingBlocks: whether the inside of each block is forgotten and computed again for its
  ///     derivative: less memory, about a third more time, the same gradients.
  ///   - communicator: those who share the batch.
  public convenience init(
    recordingOn tape: Tape, randomness: Randomness, recomputingBlocks: Bool = false,
    sharedBy communicator: any Communicator = SoleProcess()
  ) {
    self.init(
      tape: tape, randomness: randomness, recomputesBlocks: recomputingBlocks,
      communicator: communicator, isInference: false)
  }

  /// A pass without gradients or dropout.
  public static var inference: ForwardPass {
    ForwardPass(tape: nil, randomness: nil, communicator: SoleProcess(), isInference: true)
  }

  private init(
    tape: Tape?, randomness: Randomness?, recomputesBlocks: Bool = false,
    communicator: any Communicator, isInference: Bool
  ) {
    self.isInference = isInference
    self.tape = tape
    self.randomness = randomness
    self.recomputesBlocks = recomputesBlocks
    self.communicator = communicator
  }

  /// The numbers that the images of `x` [images, …] have in the whole batch.
  public func numbers(of x: Tensor) -> Range<Int> {
    let first = communicator.rank * x.shape[0]
    return first..<first + x.shape[0]
  }

  /// The value of a parameter, recorded when training.
  public func callAsFunction(_ parameter: Parameter) -> Tensor {
    tape?.watch(parameter) ?? parameter.value
  }

  /// Dropout when training; the tensor itself otherwise.
  public func dropout(_ x: Tensor, rate: Float) -> Tensor {
    guard rate > 0, let key = nextStream() else { return x }
    return x.dropped(rate: rate, key: key, first: communicator.rank * x.count)
  }

  /// A block of a model: what `body` makes of `x` and `others`, which must be all recorded tensors it
  /// uses. Where blocks are recomputed, nothing of its inside is kept for the backward pass.
  public func block(
    _ x: Tensor, with others: [Tensor?] = [],
    body: @escaping (_ x: Tensor, _ others: [Tensor?], ForwardPass) -> Tensor
  ) -> Tensor {
    let randomness = nextStream()
    guard recomputesBlocks, tape != nil else {
      return body(x, others, insidePass(tape: tape, randomness: randomness))
    }
    return Tape.recomputing(x, others) { [self] x, others, tape in
      body(x, others, insidePass(tape: tape, randomness: randomness))
    }
  }

  private func insidePass(tape: Tape?, randomness: Randomness?) -> ForwardPass {
    ForwardPass(
      tape: tape, randomness: randomness, communicator: communicator, isInference: isInference)
  }

  private func nextStream() -> Randomness? {
    streams += 1
    return randomness?.stream(streams)
  }
}
