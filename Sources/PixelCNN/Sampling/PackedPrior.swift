import NeuralNetworks
import Tensors

/// A prior's weights as the sampler reads them: normalized and packed once, shared by all threads.
///
/// The types here mirror the model's, layer by layer.
struct PackedPrior {
  let configuration: PriorConfiguration
  let rowsAbove: PackedLookup
  let pixelsLeft: PackedLookup
  let blocks: [PackedPixelBlock]
  let outputBlocks: [PackedGatedBlock]
  let logits: PackedConvolution

  init(_ prior: Prior) {
    configuration = prior.configuration
    rowsAbove = PackedLookup(prior.rowsAbove)
    pixelsLeft = PackedLookup(prior.pixelsLeft)
    blocks = prior.blocks.map(PackedPixelBlock.init)
    outputBlocks = prior.outputBlocks.map(PackedGatedBlock.init)
    logits = PackedConvolution(prior.output)
  }
}

/// A convolution over one-hot codes.
struct PackedLookup {
  let weights: Tensor
  let bias: Tensor
  let offsets: [(row: Int, column: Int)]
  let shift: (row: Int, column: Int)

  init(_ lookup: CodeConvolution) {
    weights = lookup.effectiveWeight(in: .inference)
    bias = lookup.bias.value
    offsets = lookup.taps.offsets
    shift = lookup.shift
  }
}

/// A convolution over features.
struct PackedConvolution {
  let weights: PackedWeights
  let bias: Tensor?
  let offsets: [(row: Int, column: Int)]

  init(_ convolution: Convolution) {
    weights = PackedWeights(
      convolution.effectiveWeight(in: .inference), taps: convolution.geometry.taps.count,
      arithmetic: convolution.geometry.arithmetic)
    bias = convolution.bias?.value
    offsets = convolution.geometry.taps.offsets
  }
}

/// A gated residual block.
struct PackedGatedBlock {
  let first: PackedConvolution
  let second: PackedConvolution
  let auxiliary: PackedConvolution?
  let condition: PackedConvolution?
  let classTable: Tensor?

  init(_ block: GatedResidualBlock) {
    first = PackedConvolution(block.first)
    second = PackedConvolution(block.second)
    auxiliary = block.auxiliary.map(PackedConvolution.init)
    condition = block.condition.map(PackedConvolution.init)
    classTable = block.classEmbedding?.table.value
  }
}

/// A block of gated residual blocks and its ending.
struct PackedPixelBlock {
  struct Attention {
    let keyBlock: PackedGatedBlock
    let queryBlock: PackedGatedBlock
    let query: PackedConvolution
    let key: PackedConvolution
    let value: PackedConvolution
    let output: PackedGatedBlock
    let heads: Int
  }

  enum Ending {
    case attention(Attention)
    case projection(PackedConvolution)
  }

  let residualBlocks: [PackedGatedBlock]
  let ending: Ending

  init(_ block: PixelBlock) {
    residualBlocks = block.residualBlocks.map(PackedGatedBlock.init)
    switch block.ending {
    case .projection(let convolution):
      ending = .projection(PackedConvolution(convolution))
    case .attention(let attention):
      ending = .attention(
        Attention(
          keyBlock: PackedGatedBlock(attention.keyBlock),
          queryBlock: PackedGatedBlock(attention.queryBlock),
          query: PackedConvolution(attention.query), key: PackedConvolution(attention.key),
          value: PackedConvolution(attention.value), output: PackedGatedBlock(attention.output),
          heads: attention.heads))
    }
  }
}
