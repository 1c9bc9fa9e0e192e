extension Tensor {
  /// f(x), a scalar, and its gradient in x, both constants: f is differentiated at once, on a tape of its
  /// own, and nothing of its inside is kept.
  public func valueWithGradient(of f: (Tensor) -> Tensor) -> (value: Float, gradient: Tensor) {
    let tape = Tape()
    let x = tape.watch(self)
    let value = f(x)
    let gradient = tape.backward(from: value, gradientsOf: [x])[0]
    return (value.scalar, gradient ?? Tensor(zeros: shape))
  }

  /// A scalar that was made from this tensor, given its gradient in it.
  public func scalar(_ value: Float, gradient known: Tensor) -> Tensor {
    precondition(known.shape == shape, "\(known.shape) is no gradient in \(shape)")
    return Tape.record(Tensor([value], shape: []), from: [self]) { gradient in
      var result = known.detached
      result.scale(by: gradient.scalar)
      return [result]
    }
  }
}
