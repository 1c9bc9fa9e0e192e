import Kernels

extension Tensor {
  /// The activation of each element.
  public func activated(by activation: Activation) -> Tensor {
    if activation == .identity { return self }
    let output = Tensor(uninitialized: shape)
    ThreadPool.shared.split(count, grain: 16384) { range in
      kernel_activate(
        activation.kernel, pointer + range.lowerBound, output.fresh + range.lowerBound,
        range.count)
    }
    return Tape.record(output, from: [self]) { gradient in
      gradient.multiplyByDerivative(of: activation, at: output)
      return [gradient]
    }
  }

  /// Turns the gradient of `output` = activation(x) into that of x.
  mutating func multiplyByDerivative(of activation: Activation, at output: Tensor?) {
    guard let output, activation != .identity else { return }
    withMutableElements { gradient in
      guard let base = gradient.baseAddress else { return }
      ThreadPool.shared.split(gradient.count, grain: 16384) { range in
        kernel_activation_gradient(
          activation.kernel, output.pointer + range.lowerBound, base + range.lowerBound,
          range.count)
      }
    }
  }

  /// The gated linear unit of PixelCNN and PixelSNAIL with its shortcut:
  /// y = x[0..<c] · sigmoid(x[c..<2c]) + shortcut, over the last axis.
  public func gated(adding shortcut: Tensor) -> Tensor {
    let half = channels / 2
    precondition(shortcut.channels == half && shortcut.rows == rows, "gate and shortcut disagree")
    let output = Tensor(uninitialized: shortcut.shape)
    ThreadPool.shared.split(rows, grain: 64) { range in
      kernel_gate(
        pointer + range.lowerBound * channels, shortcut.pointer + range.lowerBound * half,
        output.fresh + range.lowerBound * half, range.count, Int32(half))
    }
    let input = detached
    return Tape.record(output, from: [self, shortcut]) { gradient in
      let inputGradient = Tensor(uninitialized: input.shape)
      ThreadPool.shared.split(input.rows, grain: 64) { range in
        kernel_gate_gradient(
          input.pointer + range.lowerBound * input.channels,
          gradient.pointer + range.lowerBound * half,
          inputGradient.fresh + range.lowerBound * input.channels, range.count, Int32(half))
      }
      return [inputGradient, gradient]
    }
  }

  /// Dropout: each element is zero with probability `rate` and divided by 1 − rate otherwise; which
  /// ones is a function of `key` and the element's index.
  ///
  /// - Parameter first: the index of the first element, if the tensor is a part of another.
  public func dropped(rate: Float, key: Randomness, first: Int = 0) -> Tensor {
    precondition(rate >= 0 && rate < 1, "a dropout rate lies in [0, 1)")
    if rate == 0 { return self }
    let output = droppedOut(self, rate: rate, key: key, first: first)
    return Tape.record(output, from: [self]) { gradient in
      [droppedOut(gradient, rate: rate, key: key, first: first)]
    }
  }
}

private func droppedOut(_ x: Tensor, rate: Float, key: Randomness, first: Int) -> Tensor {
  let output = Tensor(uninitialized: x.shape)
  ThreadPool.shared.split(x.count, grain: 4096) { range in
    kernel_dropout(
      x.pointer + range.lowerBound, output.fresh + range.lowerBound, range.count,
      first + range.lowerBound, rate, key.key)
  }
  return output
}
