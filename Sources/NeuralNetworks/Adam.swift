import Foundation
import Kernels
import Tensors

/// Adam (arXiv 1412.6980): steps scaled by moving averages of the gradient and its square. A sound
/// default for every network here.
public final class Adam {
  /// The decay of the average gradient, β₁.
  public let beta1: Float
  /// The decay of the average squared gradient, β₂.
  public let beta2: Float
  /// Keeps steps finite where the gradient vanishes.
  public let epsilon: Float = 1e-8

  private let parameters: [Parameter]
  private var firstMoments: [Tensor]
  private var secondMoments: [Tensor]

  /// An optimizer of the trained parameters of `store`, its moments at zero.
  public init(_ store: ParameterStore, beta1: Float = 0.9, beta2: Float = 0.999) {
    parameters = store.trained
    self.beta1 = beta1
    self.beta2 = beta2
    firstMoments = parameters.map { Tensor(zeros: $0.value.shape) }
    secondMoments = firstMoments.map { Tensor(zeros: $0.shape) }
  }

  /// The Euclidean norm of all gradients together.
  public func gradientNorm() -> Double {
    parameters.reduce(0) { $0 + ($1.gradient?.sumOfSquares() ?? 0) }.squareRoot()
  }

  /// One step: w ← w − rate · m̂ / (√v̂ + ε), and the gradients become nil.
  ///
  /// - Parameters:
  ///   - number: which step this is, from 1; it corrects the bias of the moments.
  ///   - rate: the learning rate.
  ///   - gradientScale: multiplies every gradient first, to clip them.
  public func step(number: Int, rate: Float, gradientScale: Float = 1) {
    let correction1 = 1 - pow(Double(beta1), Double(number))
    let correction2 = (1 - pow(Double(beta2), Double(number))).squareRoot()
    let correctedRate = Float(Double(rate) * correction2 / correction1)
    let correctedEpsilon = Float(Double(epsilon) * correction2)
    OperationClock.time(.optimizer) {
      update(rate: correctedRate, epsilon: correctedEpsilon, gradientScale: gradientScale)
    }
  }

  /// One step with rate and epsilon corrected for the bias of the moments.
  private func update(rate: Float, epsilon: Float, gradientScale: Float) {
    for (index, parameter) in parameters.enumerated() {
      guard let gradient = parameter.gradient else { continue }
      parameter.gradient = nil
      parameter.value.withMutableElements { weights in
        firstMoments[index].withMutableElements { first in
          secondMoments[index].withMutableElements { second in
            guard let w = weights.baseAddress, let g = gradient.buffer.baseAddress,
              let m = first.baseAddress, let v = second.baseAddress
            else { return }
            ThreadPool.shared.split(weights.count, grain: 16384) { range in
              let start = range.lowerBound
              kernel_adam(
                w + start, g + start, m + start, v + start, range.count, gradientScale,
                rate, beta1, beta2, epsilon)
            }
          }
        }
      }
    }
  }

  /// The moments by name, for a checkpoint: `NAME.firstMoment` and `NAME.secondMoment`.
  public var state: [(name: String, value: Tensor)] {
    zip(parameters, firstMoments).map { ($0.name + ".firstMoment", $1) }
      + zip(parameters, secondMoments).map { ($0.name + ".secondMoment", $1) }
  }

  /// Calls `change` with each moment and its name, as in `state`; throws what it throws.
  public func changeState(_ change: (String, inout Tensor) throws -> Void) rethrows {
    for (index, parameter) in parameters.enumerated() {
      try change(parameter.name + ".firstMoment", &firstMoments[index])
      try change(parameter.name + ".secondMoment", &secondMoments[index])
    }
  }
}
