import Kernels
import Tensors

/// One block of PixelSNAIL, one position at a time.
final class IncrementalPixelBlock {
  private let residualBlocks: [IncrementalGatedBlock]
  private let ending: Ending
  private let blockInput: Rows

  private enum Ending {
    case attention(IncrementalAttention)
    case projection(PackedConvolution, input: Rows)
  }

  init(_ block: PackedPixelBlock, group: SamplingGroup) {
    let channels = group.configuration.channels
    residualBlocks = block.residualBlocks.map { IncrementalGatedBlock($0, group: group) }
    blockInput = group.rows(channels: channels)
    switch block.ending {
    case .projection(let convolution):
      ending = .projection(
        convolution, input: group.rows(channels: channels + Coordinates.channels))
    case .attention(let attention):
      ending = .attention(IncrementalAttention(attention, group: group))
    }
  }

  /// Advances by one position: `x` becomes the block's output.
  func advance(_ x: Rows, coordinates: Rows, at position: Int) {
    blockInput.set(.identity, of: x)
    for block in residualBlocks { block.advance(x, at: position) }
    switch ending {
    case .projection(let convolution, let input):
      input.concatenate([x, coordinates])
      convolution.apply(input, to: x)
    case .attention(let attention):
      attention.advance(x, blockInput: blockInput, coordinates: coordinates, at: position)
    }
  }
}

/// Causal attention, one position at a time: the keys and values of past positions are kept by
/// dimension, as the kernel reads them.
private final class IncrementalAttention {
  private let attention: PackedPixelBlock.Attention
  private let keyBlock: IncrementalGatedBlock
  private let queryBlock: IncrementalGatedBlock
  private let outputBlock: IncrementalGatedBlock
  private let keyInput: Rows
  private let queryInput: Rows
  private let query: Rows
  private let key: Rows
  private let value: Rows
  private let attended: Rows
  /// [images · channels, stride]: one line of positions per image and channel.
  private let pastKeys: Rows
  private let pastValues: Rows
  private let weights: Rows
  private let stride: Int

  init(_ attention: PackedPixelBlock.Attention, group: SamplingGroup) {
    self.attention = attention
    keyBlock = IncrementalGatedBlock(attention.keyBlock, group: group)
    queryBlock = IncrementalGatedBlock(attention.queryBlock, group: group)
    outputBlock = IncrementalGatedBlock(attention.output, group: group)
    keyInput = group.rows(channels: attention.key.weights.inputs)
    queryInput = group.rows(channels: attention.query.weights.inputs)
    query = group.rows(channels: attention.query.weights.outputs)
    key = group.rows(channels: attention.key.weights.outputs)
    value = group.rows(channels: attention.value.weights.outputs)
    attended = group.rows(channels: attention.value.weights.outputs)
    stride = (group.configuration.level.height * group.configuration.level.width + 15) / 16 * 16
    pastKeys = Rows(images: key.images * key.channels, channels: stride)
    pastValues = Rows(images: value.images * value.channels, channels: stride)
    weights = Rows(images: 1, channels: stride)
  }

  func advance(_ x: Rows, blockInput: Rows, coordinates: Rows, at position: Int) {
    keyInput.concatenate([blockInput, x, coordinates])
    keyBlock.advance(keyInput, at: position)
    attention.key.apply(keyInput, to: key)
    attention.value.apply(keyInput, to: value)
    queryInput.concatenate([x, coordinates])
    queryBlock.advance(queryInput, at: position)
    attention.query.apply(queryInput, to: query)
    let keyDimensions = key.channels / attention.heads
    let valueDimensions = value.channels / attention.heads
    for image in 0..<x.images {
      for head in 0..<attention.heads {
        kernel_attend(
          query[image] + head * keyDimensions,
          pastKeys[image * key.channels + head * keyDimensions],
          pastValues[image * value.channels + head * valueDimensions], Int32(position),
          Int32(stride), Int32(keyDimensions), Int32(valueDimensions),
          1 / Float(keyDimensions).squareRoot(), weights.base,
          attended[image] + head * valueDimensions)
      }
      for c in 0..<key.channels { pastKeys[image * key.channels + c][position] = key[image][c] }
      for c in 0..<value.channels {
        pastValues[image * value.channels + c][position] = value[image][c]
      }
    }
    outputBlock.advance(x, auxiliary: attended, at: position)
  }
}
