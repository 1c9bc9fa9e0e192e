import Kernels

extension Tensor {
  /// Weight normalization (arXiv 1602.07868): w = gain · v / ‖v‖ for each output channel, where v is
  /// this tensor [..., output channels] and the norm runs over all other axes.
  public func weightNormalized(gain: Tensor) -> Tensor {
    precondition(gain.count == channels, "one gain per output channel is needed")
    let output = Tensor(uninitialized: shape)
    let norms = Tensor(uninitialized: [channels])
    ThreadPool.shared.split(channels, grain: 16) { range in
      kernel_weight_norm(
        pointer, gain.pointer, rows, Int32(channels), output.fresh, norms.fresh,
        Int32(range.lowerBound), Int32(range.upperBound))
    }
    let (direction, constantGain) = (detached, gain.detached)
    return Tape.record(output, from: [self, gain]) { gradient in
      let directionGradient = Tensor(zeros: direction.shape)
      let gainGradient = Tensor(zeros: constantGain.shape)
      ThreadPool.shared.split(direction.channels, grain: 16) { range in
        kernel_weight_norm_gradient(
          direction.pointer, constantGain.pointer, norms.pointer, gradient.pointer, direction.rows,
          Int32(direction.channels), directionGradient.fresh, gainGradient.fresh,
          Int32(range.lowerBound), Int32(range.upperBound))
      }
      return [directionGradient, gainGradient]
    }
  }
}
