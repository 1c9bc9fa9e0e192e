import NeuralNetworks
import Tensors

/// The gated residual block of PixelSNAIL (arXiv 1712.09763):
///
///     h = conv₁(elu(x)) + aux(elu(auxiliary))
///     y = x + a · sigmoid(b),  [a, b] = conv₂(dropout(elu(h))) + condition + class
///
/// All convolutions are weight-normalized. Their taps make the block causal, pointwise or neither.
struct GatedResidualBlock {
  /// The pixels a block reads.
  enum Reach {
    /// Pixels before the current one, within a window.
    case past(kernel: Int)
    /// All pixels within a centred window.
    case window(kernel: Int)
    /// The pixel itself.
    case point

    var taps: Taps {
      switch self {
      case .past(let kernel): CausalTaps.past(kernel: kernel)
      case .window(let kernel):
        .rectangle(height: kernel, width: kernel, top: kernel / 2, left: kernel / 2)
      case .point: .rectangle(height: 1, width: 1, top: 0, left: 0)
      }
    }
  }

  let first: Convolution
  let second: Convolution
  let auxiliary: Convolution?
  let condition: Convolution?
  let classEmbedding: Embedding?
  let dropout: Float

  init(
    _ scope: ParameterScope, channels: Int, hidden: Int, reach: Reach,
    configuration: PriorConfiguration, auxiliaryChannels: Int = 0, conditionChannels: Int = 0,
    classCount: Int = 0
  ) {
    let point = ConvolutionGeometry(taps: Reach.point.taps)
    let geometry = ConvolutionGeometry(taps: reach.taps)
    first = Convolution(
      scope.scope("first"), inputs: channels, outputs: hidden, geometry: geometry,
      isWeightNormalized: true)
    second = Convolution(
      scope.scope("second"), inputs: hidden, outputs: 2 * channels,
      geometry: configuration.pointwiseGates == true ? point : geometry, isWeightNormalized: true)
    auxiliary =
      auxiliaryChannels == 0
      ? nil
      : Convolution(
        scope.scope("auxiliary"), inputs: auxiliaryChannels, outputs: hidden, geometry: point,
        isWeightNormalized: true)
    condition =
      conditionChannels == 0
      ? nil
      : Convolution(
        scope.scope("condition"), inputs: conditionChannels, outputs: 2 * channels,
        geometry: point, isWeightNormalized: true, hasBias: false)
    classEmbedding =
      classCount == 0
      ? nil : Embedding(scope.scope("class"), classes: classCount, channels: 2 * channels)
    dropout = configuration.dropout
  }

  /// What else a block sees besides its input.
  struct Context {
    /// [images, height, width, auxiliary channels].
    var auxiliary: Tensor?
    /// [images, height, width, condition channels].
    var condition: Tensor?
    /// One class per image.
    var labels: [Int32]?
  }

  /// [images, height, width, channels] to the same shape.
  func callAsFunction(_ x: Tensor, context: Context = Context(), in pass: ForwardPass) -> Tensor {
    pass.block(x, with: [context.auxiliary, context.condition]) { x, others, pass in
      compute(
        x, auxiliary: others[0], condition: others[1], labels: context.labels, in: pass)
    }
  }

  private func compute(
    _ x: Tensor, auxiliary input: Tensor?, condition map: Tensor?, labels: [Int32]?,
    in pass: ForwardPass
  ) -> Tensor {
    var addend: Tensor?
    if let auxiliary, let input {
      addend = auxiliary(input.activated(by: .elu), in: pass)
    }
    var hidden = first(x.activated(by: .elu), adding: addend, activation: .elu, in: pass)
    hidden = pass.dropout(hidden, rate: dropout)
    var projected: Tensor?
    if let condition, let map { projected = condition(map, in: pass) }
    var gates = second(hidden, adding: projected, in: pass)
    if let classEmbedding, let labels {
      gates = gates.addingPerImage(classEmbedding(labels, in: pass))
    }
    return gates.gated(adding: x)
  }
}
