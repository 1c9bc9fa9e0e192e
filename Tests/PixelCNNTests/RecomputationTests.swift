import NeuralNetworks
import PixelCNN
import Tensors
import Testing

/// Forgetting the inside of blocks changes what a step costs, not what it computes.
@Suite(.serialized) struct RecomputationTests {
  /// The loss and the gradient of every parameter of a step with dropout.
  private func gradients(of example: Example, recomputingBlocks: Bool)
    -> (loss: Float, gradients: [String: [Float]])
  {
    var configuration = example.configuration
    configuration.dropout = 0.3
    let prior = Prior(configuration, start: .random(Randomness(seed: 5)))
    let tape = Tape()
    let pass = ForwardPass(
      recordingOn: tape, randomness: Randomness(seed: 6), recomputingBlocks: recomputingBlocks)
    let loss = prior.loss(of: example.batch(images: 2), in: pass)
    tape.backward(from: loss)
    return (
      loss.scalar,
      Dictionary(
        uniqueKeysWithValues: prior.parameters.trained.map {
          ($0.name, $0.gradient?.elements ?? [])
        })
    )
  }

  @Test(arguments: Example.allCases) func gradientsAreTheSame(example: Example) {
    let kept = gradients(of: example, recomputingBlocks: false)
    let recomputed = gradients(of: example, recomputingBlocks: true)
    #expect(kept.loss == recomputed.loss)
    for (name, expected) in kept.gradients {
      let actual = recomputed.gradients[name] ?? []
      #expect(actual.count == expected.count, "\(name)")
      // Where three gradients meet, the order of their sum may differ; what is zero in exact
      // arithmetic, as the key's bias is to attention, then differs by rounding alone.
      let scale = max(expected.map(abs).max() ?? 0, 1e-4)
      let difference = zip(expected, actual).map { abs($0 - $1) }.max() ?? 0
      #expect(difference <= 1e-5 * scale, "\(name)")
    }
  }

  @Test func memoryStopsGrowingWithTheDepthOfBlocks() async {
    await #expect(processExitsWith: .success) {
      // The pool remembers its highest peak, so the lower one comes first.
      let recomputed = peak(recomputingBlocks: true)
      let kept = peak(recomputingBlocks: false)
      #expect(Double(recomputed) < 0.5 * Double(kept), "\(recomputed) of \(kept) bytes")
    }
  }
}

/// The most bytes in use so far, after a step of a deep prior.
private func peak(recomputingBlocks: Bool) -> Int {
  let prior = Prior(
    PriorConfiguration(
      level: .init(name: "top", height: 16, width: 16, codebookSize: 8), channels: 16,
      residualChannels: 32, kernel: 3, blocks: 1, residualBlocks: 16, dropout: 0.1),
    start: .random(Randomness(seed: 5)))
  let tape = Tape()
  let pass = ForwardPass(
    recordingOn: tape, randomness: Randomness(seed: 6), recomputingBlocks: recomputingBlocks)
  let codes = (0..<8 * 256).map { Int32($0 % 8) }
  tape.backward(from: prior.loss(of: Prior.Batch(codes: codes), in: pass))
  return MemoryPool.shared.statistics.peakBytesInUse
}
