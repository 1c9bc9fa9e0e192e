import NeuralNetworks
import Tensors

/// The upper of a VAE's two levels: the latents z₁, and what they say of those below.
struct TopLevel {
  /// From the encoder's map to the means of q(z₁|x) and the logarithms of its variances.
  let posterior: Linear
  private let hidden: Linear
  private let output: Linear

  /// Declares the weights for `latents` of its own, from `inputs` numbers of the encoder.
  init(_ scope: ParameterScope, inputs: Int, latents: Int, lowerLatents: Int) {
    let width = 256
    posterior = Linear(scope.scope("posterior"), inputs: inputs, outputs: 2 * latents)
    hidden = Linear(scope.scope("hidden"), inputs: latents, outputs: width)
    output = Linear(scope.scope("prior"), inputs: width, outputs: 2 * lowerLatents)
  }

  /// p(z₂|z₁): the means of the lower latents, then the logarithms of their variances, of z₁ [rows, latents].
  func prior(of z1: Tensor, in pass: ForwardPass) -> Tensor {
    output(hidden(z1, in: pass).activated(by: .relu), in: pass)
  }
}
