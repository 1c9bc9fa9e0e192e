import NeuralNetworks
import Tensors

/// One step of Adam after another, as a training takes them.
final class Trainer {
  private let optimizer: Adam
  private var number = 0

  /// Trains the parameters, from where they are.
  init(_ parameters: ParameterStore) {
    optimizer = Adam(parameters)
  }

  /// A forward pass, its gradients and a step of the optimizer.
  func step(_ loss: (ForwardPass, Randomness) -> Tensor) {
    number += 1
    let stream = randomness.stream(number)
    let tape = Tape()
    tape.backward(from: loss(ForwardPass(recordingOn: tape, randomness: stream), stream))
    optimizer.step(number: number, rate: 3e-4)
  }
}
