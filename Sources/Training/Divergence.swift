import NeuralNetworks
import Tensors

/// What was found not to be a finite number, and when.
struct Divergence: Error, CustomStringConvertible {
  /// "the loss", "the gradient of top.encoder.0.weight".
  let subject: String
  /// The step, counted from 1.
  let step: Int

  var description: String { "\(subject) of step \(step) is not finite" }

  /// Throws unless a number is finite.
  static func check(_ value: Double, _ name: String, step: Int) throws {
    if !value.isFinite { throw Divergence(subject: "the \(name)", step: step) }
  }

  /// Throws if the norm of all gradients is not finite, naming the first that has none.
  static func check(gradientNorm: Double, of parameters: ParameterStore, step: Int) throws {
    guard !gradientNorm.isFinite else { return }
    let culprit = parameters.trained.first { $0.gradient?.sumOfSquares().isFinite == false }
    let name = culprit.map { "gradient of \($0.name)" } ?? "norm of the gradients"
    throw Divergence(subject: "the \(name)", step: step)
  }
}
