import NeuralNetworks
import Tensors

extension VQVAE {
  /// λ, by which to multiply an adversarial loss so that it pulls the decoder as hard as closeness does
  /// (arXiv 2012.09841, equation 7):
  ///
  ///     λ = ‖∇ L_closeness‖ / (‖∇ L_adversarial‖ + δ), at most 10⁴
  ///
  /// with gradients, those of the whole batch, in the weights of the decoder's last layer.
  ///
  /// - Parameters:
  ///   - loss: of a batch of which each process has its share.
  ///   - closeness: the gradient in the reconstructions of what else is asked of them.
  ///   - adversarial: the gradient in the reconstructions of the adversarial loss.
  public func adversarialBalance(
    in loss: VQVAELoss, closeness: Tensor, adversarial: Tensor, pass: ForwardPass
  ) -> Float {
    let (delta, limit) = (1e-6, 1e4)
    let norms = [closeness, adversarial].map { gradient in
      lastLayerGradientNorm(from: gradient, features: loss.lastFeatures, in: pass)
    }
    return Float(min(norms[0] / (norms[1] + delta), limit))
  }

  private func lastLayerGradientNorm(
    from gradient: Tensor, features: Tensor, in pass: ForwardPass
  ) -> Double {
    let tape = Tape()
    let weight = tape.watch(decoder.last.weight.value)
    let output = features.convolvedTransposed(with: weight, geometry: decoder.last.geometry)
    guard var sum = tape.backward(from: output, seed: gradient, gradientsOf: [weight])[0] else {
      preconditionFailure("the output depends on the weights")
    }
    sum.withMutableElements { pass.communicator.sum($0) }
    return sum.sumOfSquares().squareRoot() / Double(pass.communicator.count)
  }
}
