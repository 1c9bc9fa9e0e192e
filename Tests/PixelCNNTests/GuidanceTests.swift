import PixelCNN
import Tensors
import Testing

/// Guidance towards a class: logits u + g (c − u).
@Suite struct GuidanceTests {
  private func prior(_ example: Example) -> Prior {
    var configuration = example.configuration
    configuration.classDropout = 0.1
    let prior = Prior(configuration, start: .random(Randomness(seed: 5)))
    for (index, parameter) in prior.parameters.trained.enumerated() {
      let noise = Randomness(seed: 9).stream(index).normals(parameter.value.count)
      parameter.value.add(Tensor(noise, shape: parameter.value.shape), scale: 0.1)
    }
    return prior
  }

  @Test(arguments: [Example.classes, .twoConditions], [0, 1.7, 4] as [Float])
  func drawsFromTheGuidedLogitsOfTheWholeNetwork(_ example: Example, guidance: Float) throws {
    let prior = prior(example)
    let images = 7
    var batch = example.batch(images: images)
    let codes = PriorSampler(prior).sample(
      (0..<images).map { Randomness(seed: 6).stream($0) }, labels: batch.labels,
      conditions: batch.conditions, distribution: CodeDistribution(topK: 1, guidance: guidance))
    batch.codes = codes
    let conditional = prior.logits(of: batch, in: .inference)
    let hidden = try #require(prior.configuration.hiddenLabel)
    batch.labels = [Int32](repeating: hidden, count: images)
    let unconditional = prior.logits(of: batch, in: .inference)
    let classes = prior.configuration.level.codebookSize
    for (pixel, code) in codes.enumerated() {
      let guided = (0..<classes).map { index in
        let (c, u) = (
          conditional.buffer[pixel * classes + index], unconditional.buffer[pixel * classes + index]
        )
        return u + guidance * (c - u)
      }
      // Rounding may decide between the two likeliest.
      #expect(guided[Int(code)] > (guided.max() ?? 0) - 1e-4)
    }
  }

  @Test func changesWhatIsDrawn() {
    let prior = prior(.classes)
    func drawn(_ guidance: Float?) -> [Int32] {
      PriorSampler(prior).sample(
        (0..<20).map { Randomness(seed: 6).stream($0) }, labels: [Int32](repeating: 1, count: 20),
        distribution: CodeDistribution(guidance: guidance))
    }
    #expect(drawn(3) != drawn(nil))
    #expect(drawn(1) == drawn(nil))
  }

  @Test func batchesChangeNothing() {
    let prior = prior(.classes)
    let streams = (0..<9).map { Randomness(seed: 6).stream($0) }
    let distribution = CodeDistribution(guidance: 2)
    let labels = (0..<9).map { Int32($0 % 3) }
    let whole = PriorSampler(prior).sample(streams, labels: labels, distribution: distribution)
    let parts = (0..<9).flatMap {
      PriorSampler(prior).sample([streams[$0]], labels: [labels[$0]], distribution: distribution)
    }
    #expect(whole == parts)
  }
}
