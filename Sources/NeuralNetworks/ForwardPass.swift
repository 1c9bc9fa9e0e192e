import Tensors

/// One run of a model over a batch: for training, with a tape and a stream of random numbers for
/// dropout; for inference, with neither.
public final class ForwardPass {
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
  public convenience init(
    recordingOn tape: Tape, randomness: Randomness, recomputingBlocks: Bool = false
  ) {
    self.init(tape: tape, randomness: randomness, recomputesBlocks: recomputingBlocks)
  }

  /// A pass without gradients or dropout.
  public static var inference: ForwardPass { ForwardPass(tape: nil, randomness: nil) }

  private init(tape: Tape?, randomness: Randomness?, recomputesBlocks: Bool = false) {
    self.tape = tape
    self.randomness = randomness
    self.recomputesBlocks = recomputesBlocks
  }

  /// The value of a parameter, recorded when training.
  public func callAsFunction(_ parameter: Parameter) -> Tensor {
    tape?.watch(parameter) ?? parameter.value
  }

  /// Dropout when training; the tensor itself otherwise.
  public func dropout(_ x: Tensor, rate: Float) -> Tensor {
    guard rate > 0, let key = nextStream() else { return x }
    return x.dropped(rate: rate, key: key)
  }

  /// A block of a model: what `body` makes of `x` and `others`, which must be all recorded tensors it
  /// uses. Where blocks are recomputed, nothing of its inside is kept for the backward pass.
  public func block(
    _ x: Tensor, with others: [Tensor?] = [],
    body: @escaping (_ x: Tensor, _ others: [Tensor?], ForwardPass) -> Tensor
  ) -> Tensor {
    let randomness = nextStream()
    guard recomputesBlocks, tape != nil else {
      return body(x, others, ForwardPass(tape: tape, randomness: randomness))
    }
    return Tape.recomputing(x, others) { x, others, tape in
      body(x, others, ForwardPass(tape: tape, randomness: randomness))
    }
  }

  private func nextStream() -> Randomness? {
    streams += 1
    return randomness?.stream(streams)
  }
}
