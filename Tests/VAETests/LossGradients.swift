import NeuralNetworks
import Tensors
import Testing
import VAE

/// Checks the gradient of the loss in each trained parameter against differences along it.
func expectGradientsAgreeWithDifferences(
  of vae: VAE, images: Tensor, streams: [Randomness],
  sourceLocation: SourceLocation = #_sourceLocation
) {
  // Of a loss of about 1, in single precision.
  let resolution = 1e-7
  let tape = Tape()
  let pass = ForwardPass(recordingOn: tape, randomness: Randomness(seed: 0))
  tape.backward(from: vae.loss(of: images, streams: streams, in: pass).total)
  for parameter in vae.parameters.trained {
    guard let gradient = parameter.gradient, gradient.sumOfSquares() > 0 else {
      Issue.record("\(parameter.name) got no gradient", sourceLocation: sourceLocation)
      continue
    }
    let norm = gradient.sumOfSquares().squareRoot()
    let value = parameter.value
    // Rectifiers that turn blur differences over large steps, single precision those over small
    // ones: where the gradient is right, one step between is right too.
    let excesses = [2e-2, 6e-3, 2e-3, 6e-4].map { step in
      let losses = [step, -step].map { step in
        parameter.value.add(gradient, scale: Float(step / norm))
        defer { parameter.value = value }
        return Double(vae.loss(of: images, streams: streams, in: .inference).total.scalar)
      }
      let slope = (losses[0] - losses[1]) / (2 * step)
      return abs(slope - norm) - (0.02 * norm + resolution / step)
    }
    #expect(
      excesses.contains { $0 < 0 }, "\(parameter.name): \(norm), off by \(excesses)",
      sourceLocation: sourceLocation)
  }
}
