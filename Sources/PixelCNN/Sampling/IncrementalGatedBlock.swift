import Kernels
import Tensors

/// A gated residual block, one wavefront at a time. What later positions will read of its inputs is
/// kept; a pointwise convolution keeps nothing.
final class IncrementalGatedBlock {
  private let block: PackedGatedBlock
  private unowned let group: SamplingGroup
  private let firstInputs: RowHistory?
  private let secondInputs: RowHistory?
  private let activated: Rows
  private let hidden: Rows
  private let gates: Rows
  private let projectedCondition: Rows?
  private let activatedAuxiliary: Rows?
  private let projectedAuxiliary: Rows?

  init(_ block: PackedGatedBlock, group: SamplingGroup) {
    self.block = block
    self.group = group
    let channels = block.first.weights.inputs
    let hiddenChannels = block.first.weights.outputs
    func history(of convolution: PackedConvolution) -> RowHistory? {
      convolution.offsets.count == 1 ? nil : group.history(readBy: convolution.weights)
    }
    firstInputs = history(of: block.first)
    secondInputs = history(of: block.second)
    activated = group.rows(channels: channels)
    hidden = group.rows(channels: hiddenChannels)
    gates = group.rows(channels: 2 * channels)
    projectedCondition = block.condition.map { _ in group.rows(channels: 2 * channels) }
    activatedAuxiliary = block.auxiliary.map { group.rows(channels: $0.weights.inputs) }
    projectedAuxiliary = block.auxiliary.map { _ in group.rows(channels: hiddenChannels) }
  }

  /// Advances by one wavefront: `x` becomes the block's output.
  func advance(_ x: Rows, auxiliary: Rows? = nil, to wavefront: Wavefront) {
    let count = group.rowCount(of: wavefront)
    activated.set(.elu, of: x, count: count)
    var addend: Rows?
    if let auxiliary, let convolution = block.auxiliary, let activatedAuxiliary,
      let projectedAuxiliary
    {
      activatedAuxiliary.set(.elu, of: auxiliary, count: count)
      convolution.apply(activatedAuxiliary, to: projectedAuxiliary, count: count)
      addend = projectedAuxiliary
    }
    convolve(
      block.first, activated, firstInputs, adding: addend, activation: .elu, to: hidden,
      at: wavefront)
    if let convolution = block.condition, let projectedCondition {
      convolution.apply(
        group.conditionPointers(at: wavefront), to: projectedCondition, count: count)
    }
    convolve(
      block.second, hidden, secondInputs, adding: projectedCondition, activation: .identity,
      to: gates, at: wavefront)
    if let table = block.classTable { addClass(table, count: count) }
    kernel_gate(gates.base, x.base, x.base, count, Int32(x.channels))
  }

  private func convolve(
    _ convolution: PackedConvolution, _ input: Rows, _ history: RowHistory?, adding addend: Rows?,
    activation: Activation, to output: Rows, at wavefront: Wavefront
  ) {
    let count = group.rowCount(of: wavefront)
    guard let history else {
      convolution.apply(input, adding: addend, activation: activation, to: output, count: count)
      return
    }
    history.record(input, at: wavefront)
    convolution.apply(
      history.pointers(around: wavefront, offsets: convolution.offsets), adding: addend,
      activation: activation, to: output, count: count)
  }

  private func addClass(_ table: Tensor, count: Int) {
    guard let labels = group.labels, let vectors = table.buffer.baseAddress else { return }
    for row in 0..<count {
      kernel_add_scaled(
        1, vectors + Int(labels[row % group.images]) * gates.channels, gates[row], gates.channels)
    }
  }
}
