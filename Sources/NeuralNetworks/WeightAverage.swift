import Foundation
import Tensors

/// A moving average of a model's trained weights, which is often a better model than the weights are:
/// it has less of the noise of the last steps.
///
/// Its decay at step t is (1 − 1/t)¹⁶, as arXiv 2312.02696 has it: so the average reaches back over a
/// sixteenth of the steps taken so far. That needs neither a warm-up nor the length of the training,
/// which a fixed decay would have to be tuned to.
public final class WeightAverage {
  private let parameters: [Parameter]
  private var averages: [Tensor]

  /// The average of the trained parameters of `store`, which begins with what they are.
  public init(_ store: ParameterStore) {
    parameters = store.trained
    averages = parameters.map(\.value)
  }

  /// Takes in the weights after a step, by number, from 1.
  public func update(after step: Int) {
    let decay = pow(1 - 1 / Double(step), 16)
    let share = Float(1 - decay)
    for (index, parameter) in parameters.enumerated() {
      averages[index].withMutableElements { averages in
        let weights = parameter.value.buffer
        guard let average = averages.baseAddress, let weight = weights.baseAddress else { return }
        ThreadPool.shared.split(weights.count, grain: 65536) { range in
          for index in range { average[index] += share * (weight[index] - average[index]) }
        }
      }
    }
  }

  /// Calls `body` while the model has the average in the place of its weights; returns and throws what
  /// `body` does.
  public func withAverage<Result>(_ body: () throws -> Result) rethrows -> Result {
    exchange()
    defer { exchange() }
    return try body()
  }

  /// The average by name, for a checkpoint: `NAME.average`.
  public var state: [(name: String, value: Tensor)] {
    zip(parameters, averages).map { ($0.name + ".average", $1) }
  }

  /// Calls `change` with each average and its name, as in `state`; throws what it throws.
  public func changeState(_ change: (String, inout Tensor) throws -> Void) rethrows {
    for (index, parameter) in parameters.enumerated() {
      try change(parameter.name + ".average", &averages[index])
    }
  }

  /// Begins anew with what the weights are.
  public func restart() {
    averages = parameters.map(\.value)
  }

  private func exchange() {
    for (index, parameter) in parameters.enumerated() { swap(&parameter.value, &averages[index]) }
  }
}
