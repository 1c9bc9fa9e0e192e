import Artifacts
import PixelCNN
import Tensors

/// A prior over square maps of codes: a top level, or a bottom one conditioned on a top of half its
/// side.
struct PriorWorkloads {
  /// The side of the map.
  var side: Int
  /// Images at a time.
  var batch: Int
  /// Whether there is a level above.
  var isConditioned = false
  /// Channels of the network and inside its residual blocks.
  var channels = 128
  /// Blocks of four residual blocks each.
  var blocks = 2
  /// Heads of attention; 0 for none.
  var attentionHeads = 0
  /// In which numbers convolutions multiply.
  var arithmetic = Arithmetic.float32

  private func level(_ name: String, _ side: Int) -> CodeLevel {
    CodeLevel(name: name, height: side, width: side, codebookSize: 512)
  }

  private func configuration(dropout: Float) -> PriorConfiguration {
    PriorConfiguration(
      level: level(isConditioned ? "bottom" : "top", side),
      conditions: isConditioned ? [level("top", side / 2)] : [], channels: channels,
      residualChannels: channels, kernel: 5, blocks: blocks, residualBlocks: 4,
      attentionHeads: attentionHeads, conditionBlocks: 2, conditionChannels: 128, dropout: dropout,
      arithmetic: arithmetic)
  }

  /// A training step.
  var step: Workload {
    let configuration = configuration(dropout: 0.1)
    let prior = Prior(configuration, start: .random(randomness))
    let trainer = Trainer(prior.parameters)
    let input = Prior.Batch(
      codes: randomCodes(batch * configuration.level.codesPerImage),
      conditions: configuration.conditions.map { randomCodes(batch * $0.codesPerImage) })
    return Workload { trainer.step { pass, _ in prior.loss(of: input, in: pass) } }
  }

  /// Ancestral sampling of the whole map.
  var sampling: Workload {
    let configuration = configuration(dropout: 0)
    let sampler = PriorSampler(Prior(configuration, start: .random(randomness)))
    let conditions = configuration.conditions.map { randomCodes(batch * $0.codesPerImage) }
    return Workload(cost: .unknown) {
      _ = sampler.sample((0..<batch).map { randomness.stream($0) }, conditions: conditions)
    }
  }
}
