/// Records operations as they run and plays their derivatives backwards.
///
/// Each operation keeps what its derivative needs, and the tape lets go of it as soon as the
/// derivative has run: memory falls as the backward pass proceeds. A tape serves one backward pass.
public final class Tape {
  private struct Entry {
    let output: Int
    let inputs: [Int?]
    let derivative: (inout Tensor) -> [Tensor?]
  }

  private var entries: [Entry] = []
  private var gradients: [Tensor?] = []
  private var uses: [ParameterUse] = []
  private var usedParameters: Set<ObjectIdentifier> = []
  private var slotsOfParameters: [ObjectIdentifier: Tensor] = [:]
  /// For a tape that records nothing: the tape of the operation whose inside is being computed.
  private let outerTape: Tape?

  /// When a parameter was first asked for: what uses it was recorded later.
  private struct ParameterUse {
    let parameter: Parameter
    /// The number of the parameter's own slot; of the slot that was next where it has none.
    let place: Int
    let isWatched: Bool
    /// Whether nothing before has used it, and all later uses are played first.
    let isFirst: Bool
  }

  /// A tape with nothing on it.
  public init() {
    outerTape = nil
  }

  /// A tape that records nothing but tells `outerTape` which parameters were asked for.
  private init(inside outerTape: Tape) {
    self.outerTape = outerTape
  }

  /// The parameter's value, recorded: the backward pass adds to the parameter's gradient.
  public func watch(_ parameter: Parameter) -> Tensor {
    if let outerTape {
      outerTape.note(parameter, at: outerTape.gradients.count, isWatched: false)
      return parameter.value
    }
    if let known = slotsOfParameters[ObjectIdentifier(parameter)] { return known }
    let tensor = watch(parameter.value)
    slotsOfParameters[ObjectIdentifier(parameter)] = tensor
    if let slot = tensor.slot { note(parameter, at: slot.index, isWatched: true) }
    return tensor
  }

  private func note(_ parameter: Parameter, at place: Int, isWatched: Bool) {
    let isFirst = usedParameters.insert(ObjectIdentifier(parameter)).inserted
    guard isFirst || isWatched else { return }
    uses.append(
      ParameterUse(parameter: parameter, place: place, isWatched: isWatched, isFirst: isFirst))
  }

  /// A recorded copy of a constant, whose gradient `backward` returns on request.
  public func watch(_ tensor: Tensor) -> Tensor {
    var result = tensor.detached
    result.slot = newSlot()
    return result
  }

  /// Runs the derivatives of everything recorded, from `output` back.
  ///
  /// - Parameters:
  ///   - output: where to start; a scalar, unless `seed` is given.
  ///   - seed: the derivative of the final objective in `output`, of its shape; 1 by default.
  ///   - inputs: watched tensors whose gradients are wanted besides those of the parameters.
  ///   - isFinal: called with each parameter as soon as this pass will not change its gradient any more,
  ///     in an order that follows from what was recorded.
  /// - Returns: the gradient of each of `inputs`, nil where the output does not depend on it.
  @discardableResult
  public func backward(
    from output: Tensor, seed: Tensor? = nil, gradientsOf inputs: [Tensor] = [],
    isFinal: (Parameter) -> Void = { _ in }
  ) -> [Tensor?] {
    guard let start = output.slot else { return inputs.map { _ in nil } }
    gradients[start.index] = seed ?? Tensor(repeating: 1, shape: output.shape)
    // What the tape still holds of the weights would make the optimizer copy them.
    slotsOfParameters = [:]
    let (begin, clock) = (ContinuousClock.now, ContinuousClock())
    var ofDerivatives = Duration.zero
    while let entry = entries.popLast() {
      // What is left was recorded earlier, and can only use what is older still.
      finishUses(after: entry.output, isFinal)
      guard var gradient = gradients[entry.output].take() else { continue }
      var contributions: [Tensor?] = []
      ofDerivatives += clock.measure { contributions = entry.derivative(&gradient) }
      for (input, contribution) in zip(entry.inputs, contributions) {
        if let input, let contribution { accumulate(contribution, at: input) }
      }
    }
    finishUses(after: -1, isFinal)
    OperationClock.add(ContinuousClock.now - begin - ofDerivatives, to: .tape)
    return inputs.map { $0.slot.flatMap { gradients[$0.index] } }
  }

  /// Hands their gradients to the parameters that were first asked for after a slot was made.
  private func finishUses(after slot: Int, _ isFinal: (Parameter) -> Void) {
    while let use = uses.last, use.place > slot {
      uses.removeLast()
      if use.isWatched, let gradient = gradients[use.place].take() {
        use.parameter.accumulate(gradient)
      }
      if use.isFirst { isFinal(use.parameter) }
    }
  }

  /// Records that `output` was made from `inputs`. `derivative` gets the gradient of the output, which
  /// is its own to overwrite, and returns one gradient per input, nil for untracked ones.
  static func record(
    _ output: Tensor, from inputs: [Tensor], derivative: @escaping (inout Tensor) -> [Tensor?]
  ) -> Tensor {
    guard let tape = inputs.lazy.compactMap({ $0.slot?.tape }).first else { return output }
    var result = output
    let slot = tape.newSlot()
    result.slot = slot
    tape.entries.append(
      Entry(output: slot.index, inputs: inputs.map { $0.slot?.index }, derivative: derivative))
    return result
  }

  /// What `body` makes of `x` and `others`, keeping nothing of what happens inside it: its derivative
  /// runs `body` again, on a tape of its own. Time for memory (arXiv 1604.06174).
  ///
  /// `x` must be recorded. `body` must do the same each time; it gets the tape on which to watch
  /// parameters.
  public static func recomputing(
    _ x: Tensor, _ others: [Tensor?],
    body: @escaping (_ x: Tensor, _ others: [Tensor?], Tape) -> Tensor
  ) -> Tensor {
    guard let slot = x.slot else { preconditionFailure("the derivative would never run") }
    let output = body(x.detached, others.map { $0?.detached }, Tape(inside: slot.tape))
    return record(output, from: [x] + others.compactMap(\.self)) { gradient in
      let tape = Tape()
      let (x, others) = (tape.watch(x), others.map { $0.map { tape.watch($0) } })
      return tape.backward(
        from: body(x, others, tape), seed: gradient,
        gradientsOf: [x] + others.compactMap(\.self))
    }
  }

  private func newSlot() -> TapeSlot {
    gradients.append(nil)
    return TapeSlot(tape: self, index: gradients.count - 1)
  }

  private func accumulate(_ gradient: Tensor, at index: Int) {
    guard var sum = gradients[index].take() else {
      gradients[index] = gradient
      return
    }
    sum.add(gradient)
    gradients[index] = sum
  }
}

/// Where on a tape a tensor stands. It does not own the tape, so that what a tape keeps of a tensor
/// does not keep the tape.
final class TapeSlot {
  unowned let tape: Tape
  let index: Int

  init(tape: Tape, index: Int) {
    self.tape = tape
    self.index = index
  }
}

/// A tensor that training changes, with its name and its gradient.
public final class Parameter {
  /// The path of the parameter in its model, for example `encoder.0.weight`.
  public let name: String
  /// The current value.
  public var value: Tensor
  /// The sum of the gradients of all backward passes since it was last set to nil; of `value`'s shape.
  public var gradient: Tensor?

  /// A parameter with its starting value.
  public init(name: String, value: Tensor) {
    self.name = name
    self.value = value
  }

  func accumulate(_ more: Tensor) {
    guard var sum = gradient else {
      gradient = more
      return
    }
    gradient = nil
    sum.add(more)
    gradient = sum
  }
}
