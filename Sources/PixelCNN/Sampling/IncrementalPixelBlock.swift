import Kernels
import Tensors

/// One block of PixelSNAIL, one wavefront at a time.
final class IncrementalPixelBlock {
  private let residualBlocks: [IncrementalGatedBlock]
  private let ending: Ending
  private let blockInput: Rows
  private unowned let group: SamplingGroup

  private enum Ending {
    case attention(IncrementalAttention)
    case projection(PackedConvolution, input: Rows)
  }

  init(_ block: PackedPixelBlock, group: SamplingGroup) {
    let channels = group.configuration.channels
    self.group = group
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

  /// Advances by one wavefront: `x` becomes the block's output.
  func advance(_ x: Rows, coordinates: Rows, to wavefront: Wavefront) {
    let count = group.rowCount(of: wavefront)
    blockInput.set(.identity, of: x, count: count)
    for block in residualBlocks { block.advance(x, to: wavefront) }
    switch ending {
    case .projection(let convolution, let input):
      input.concatenate([x, coordinates], count: count)
      convolution.apply(input, to: x, count: count)
    case .attention(let attention):
      attention.advance(x, blockInput: blockInput, coordinates: coordinates, to: wavefront)
    }
  }
}

/// Causal attention, one wavefront at a time: the keys and values of past positions are kept by
/// dimension, as the kernel reads them.
private final class IncrementalAttention {
  private let attention: PackedPixelBlock.Attention
  private unowned let group: SamplingGroup
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
  /// One line for each head.
  private let weights: Rows
  private let stride: Int

  init(_ attention: PackedPixelBlock.Attention, group: SamplingGroup) {
    self.attention = attention
    self.group = group
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
    pastKeys = Rows(count: group.images * key.channels, channels: stride)
    pastValues = Rows(count: group.images * value.channels, channels: stride)
    weights = Rows(count: attention.heads, channels: stride)
  }

  func advance(_ x: Rows, blockInput: Rows, coordinates: Rows, to wavefront: Wavefront) {
    let count = group.rowCount(of: wavefront)
    keyInput.concatenate([blockInput, x, coordinates], count: count)
    keyBlock.advance(keyInput, to: wavefront)
    attention.key.apply(keyInput, to: key, count: count)
    attention.value.apply(keyInput, to: value, count: count)
    queryInput.concatenate([x, coordinates], count: count)
    queryBlock.advance(queryInput, to: wavefront)
    attention.query.apply(queryInput, to: query, count: count)
    for (index, position) in wavefront.positions.enumerated() {
      for image in 0..<group.images {
        attend(image, row: index * group.images + image, at: position)
      }
    }
    outputBlock.advance(x, auxiliary: attended, to: wavefront)
  }

  private func attend(_ image: Int, row: Int, at position: Int) {
    let keyDimensions = key.channels / attention.heads
    let valueDimensions = value.channels / attention.heads
    ThreadPool.shared.splitIfIdle(
      attention.heads, multiplyAdds: position * (key.channels + value.channels)
    ) { heads in
      for head in heads {
        kernel_attend(
          query[row] + head * keyDimensions,
          pastKeys[image * key.channels + head * keyDimensions],
          pastValues[image * value.channels + head * valueDimensions], Int32(position),
          Int32(stride), Int32(keyDimensions), Int32(valueDimensions),
          1 / Float(keyDimensions).squareRoot(), weights[head],
          attended[row] + head * valueDimensions)
      }
    }
    for c in 0..<key.channels { pastKeys[image * key.channels + c][position] = key[row][c] }
    for c in 0..<value.channels {
      pastValues[image * value.channels + c][position] = value[row][c]
    }
  }
}
