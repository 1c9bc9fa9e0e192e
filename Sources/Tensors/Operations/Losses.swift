import Foundation
import Kernels

extension Tensor {
  /// Mean squared error (1/count) Σ (x − target)²; a scalar. The target is a constant.
  public func meanSquaredError(to target: Tensor) -> Tensor {
    precondition(count == target.count, "\(shape) and \(target.shape) cannot be compared")
    let blocks = (count + 65535) / 65536
    let difference = isTracked ? Tensor(uninitialized: shape) : nil
    let scale = 2 / Float(count)
    var partial = [Double](repeating: 0, count: blocks)
    partial.withUnsafeMutableBufferPointer { partial in
      ThreadPool.shared.perform(blocks) { block in
        let first = block * 65536
        partial[block] = kernel_squared_error(
          pointer + first, target.pointer + first, scale, difference.map { $0.fresh + first },
          min(65536, count - first))
      }
    }
    let loss = Tensor([Float(partial.reduce(0, +) / Double(count))], shape: [])
    return Tape.record(loss, from: [self]) { gradient in
      guard var result = difference else { return [nil] }
      result.scale(by: gradient.scalar)
      return [result]
    }
  }

  /// The mean of all elements; a scalar.
  public func mean() -> Tensor {
    let (shape, count) = (shape, count)
    return Tape.record(Tensor([Float(total / Double(count))], shape: []), from: [self]) {
      [Tensor(repeating: $0.scalar / Float(count), shape: shape)]
    }
  }

  /// The hinge loss of scores that should lie beyond ±1, the mean of max(0, 1 − sign · score); a scalar.
  public func hingeLoss(sign: Float) -> Tensor {
    let slacks = buffer.map { 1 - sign * $0 }
    let total = slacks.reduce(0.0) { $0 + Double(max($1, 0)) }
    let (shape, count) = (shape, count)
    return Tape.record(Tensor([Float(total / Double(count))], shape: []), from: [self]) {
      let slope = -sign * $0.scalar / Float(count)
      return [Tensor(slacks.map { $0 > 0 ? slope : 0 }, shape: shape)]
    }
  }

  /// The mean over rows of −log softmax(row)[target], in nats; a scalar.
  ///
  /// - Parameter targets: one class per row, below the number of channels.
  public func softmaxCrossEntropy(targets: [Int32]) -> Tensor {
    let gradients = isTracked ? Tensor(uninitialized: shape) : nil
    let losses = rowLosses(targets: targets, scale: 1 / Float(rows), gradients: gradients)
    let loss = Tensor([Float(losses.total / Double(rows))], shape: [])
    return Tape.record(loss, from: [self]) { gradient in
      guard var result = gradients else { return [nil] }
      result.scale(by: gradient.scalar)
      return [result]
    }
  }

  /// −log softmax(row)[target] of each row, in nats: [rows]; not recorded.
  public func negativeLogLikelihoods(targets: [Int32]) -> Tensor {
    rowLosses(targets: targets, scale: 0, gradients: nil)
  }

  private func rowLosses(targets: [Int32], scale: Float, gradients: Tensor?) -> Tensor {
    precondition(targets.count == rows, "\(targets.count) targets for \(rows) rows")
    precondition(targets.allSatisfy { $0 >= 0 && Int($0) < channels }, "target is not a class")
    let losses = Tensor(uninitialized: [rows])
    targets.withUnsafeBufferPointer { targets in
      guard let targets = targets.baseAddress else { return }
      ThreadPool.shared.split(rows, grain: 16) { range in
        let first = range.lowerBound
        kernel_softmax_cross_entropy(
          pointer + first * channels, targets + first, range.count, Int32(channels), scale,
          losses.fresh + first, gradients.map { $0.fresh + first * channels })
      }
    }
    return losses
  }

  /// softmax of each row: probabilities that sum to 1; not recorded.
  public func softmax() -> Tensor {
    var result = detached
    let channels = channels
    result.withMutableElements { elements in
      for row in 0..<elements.count / max(channels, 1) {
        let logits = UnsafeMutableBufferPointer(
          rebasing: elements[row * channels..<(row + 1) * channels])
        let peak = logits.max() ?? 0
        var total: Float = 0
        for i in logits.indices {
          logits[i] = exp(logits[i] - peak)
          total += logits[i]
        }
        for i in logits.indices { logits[i] /= total }
      }
    }
    return result
  }
}
