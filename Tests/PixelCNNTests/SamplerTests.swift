import Artifacts
import Foundation
import NeuralNetworks
import PixelCNN
import Tensors
import Testing

/// Small priors that between them use every part of the architecture.
enum Example: String, CaseIterable {
  case plain, attention, conditioned, classes, twoConditions, pointwiseGates, bfloat16

  var configuration: PriorConfiguration {
    var configuration = PriorConfiguration(
      level: .init(name: "top", height: 5, width: 6, codebookSize: 11), channels: 16,
      residualChannels: 12, kernel: 3, blocks: 2, residualBlocks: 2, conditionBlocks: 1,
      conditionChannels: 8, dropout: 0)
    switch self {
    case .plain: break
    case .attention:
      configuration.attentionHeads = 4
      configuration.outputBlocks = 1
    case .conditioned:
      configuration.level = .init(name: "bottom", height: 6, width: 8, codebookSize: 7)
      configuration.conditions = [.init(name: "top", height: 3, width: 4, codebookSize: 5)]
    case .classes:
      configuration.classNames = ["a", "b", "c"]
      configuration.kernel = 5
    case .twoConditions:
      configuration.level = .init(name: "bottom", height: 8, width: 8, codebookSize: 7)
      configuration.conditions = [
        .init(name: "top", height: 2, width: 2, codebookSize: 5),
        .init(name: "middle", height: 4, width: 4, codebookSize: 9),
      ]
      configuration.classNames = ["a", "b"]
    case .pointwiseGates:
      configuration.level = .init(name: "bottom", height: 6, width: 8, codebookSize: 7)
      configuration.conditions = [.init(name: "top", height: 3, width: 4, codebookSize: 5)]
      configuration.pointwiseGates = true
    case .bfloat16:
      configuration = Example.twoConditions.configuration
      configuration.attentionHeads = 4
      configuration.residualChannels = 11
      configuration.arithmetic = .bfloat16
    }
    return configuration
  }

  var prior: Prior {
    let prior = Prior(configuration, start: .random(Randomness(seed: 5)))
    // Biases and class vectors start at zero, where mistakes in them would not show.
    for (index, parameter) in prior.parameters.trained.enumerated() {
      let noise = Randomness(seed: 9).stream(index).normals(parameter.value.count)
      parameter.value.add(Tensor(noise, shape: parameter.value.shape), scale: 0.1)
    }
    return prior
  }

  func batch(images: Int) -> Prior.Batch {
    let randomness = Randomness(seed: 3)
    func codes(_ level: CodeLevel) -> [Int32] {
      (0..<images * level.height * level.width).map {
        Int32(randomness.stream(level.name).word(at: $0) % UInt32(level.codebookSize))
      }
    }
    let classes = configuration.classCount
    return Prior.Batch(
      codes: codes(configuration.level), conditions: configuration.conditions.map(codes),
      labels: classes == 0 ? nil : (0..<images).map { Int32($0 % classes) })
  }
}

@Suite(.serialized) struct SamplerTests {
  @Test(arguments: Example.allCases)
  func incrementalLogitsEqualTheFullPassAtEveryPosition(example: Example) {
    let prior = example.prior
    let batch = example.batch(images: 3)
    let full = prior.logits(of: batch, in: .inference)
    let incremental = PriorSampler(prior).logits(of: batch)
    #expect(full.shape == incremental.shape)
    let largest = zip(full.elements, incremental.elements).map { abs($0 - $1) }.max() ?? .infinity
    #expect(largest <= 1e-4)
    #expect(full.elements.map(abs).max() ?? 0 > 0.1)
  }

  /// A file written before there was a choice says nothing of it, and means what it meant.
  @Test func gatesReadTheirNeighboursUnlessTheConfigurationSaysOtherwise() throws {
    let stored = try JSONEncoder().encode(Example.plain.configuration)
    #expect(!String(decoding: stored, as: UTF8.self).contains("pointwiseGates"))
    let configuration = try JSONDecoder().decode(PriorConfiguration.self, from: stored)
    #expect(configuration == Example.plain.configuration)
    func taps(_ configuration: PriorConfiguration) -> Int? {
      Prior(configuration, start: .random(Randomness(seed: 1))).parameters.trained
        .first { $0.name == "block.0.residual.0.second.weight" }?.value.shape.first
    }
    #expect(taps(configuration) == 2 * 3 + 1)
    #expect(taps(Example.pointwiseGates.configuration) == 1)
  }

  @Test(arguments: Example.allCases)
  func knownCodesAreKeptAndTheRestIsDrawnGivenThem(example: Example) {
    let batch = example.batch(images: 3)
    let sampler = PriorSampler(example.prior)
    let streams = (0..<3).map { Randomness(seed: 1).stream($0) }
    func draw(_ known: [Int32]?) -> [Int32] {
      sampler.sample(
        streams, labels: batch.labels, conditions: batch.conditions, known: known)
    }
    let free = draw(nil)
    #expect(draw(free.map { _ in -1 }) == free)
    #expect(draw(batch.codes) == batch.codes)
    let positions = example.configuration.level.codesPerImage
    func half(_ codes: [Int32]) -> [Int32] {
      codes.enumerated().map { $0 % positions < positions / 2 ? $1 : -1 }
    }
    // What was drawn before goes on as it did; what is given goes on otherwise.
    #expect(draw(half(free)) == free)
    let completed = draw(half(batch.codes))
    #expect(zip(half(batch.codes), completed).allSatisfy { $0 == -1 || $0 == $1 })
    #expect(completed != free && completed != batch.codes)
  }

  @Test(arguments: Example.allCases)
  func aCodeChangesNoLogitsBeforeOrAtItsOwnPosition(example: Example) {
    let prior = example.prior
    let batch = example.batch(images: 1)
    let classes = example.configuration.level.codebookSize
    let before = prior.logits(of: batch, in: .inference).elements
    for position in batch.codes.indices {
      var changed = batch
      changed.codes[position] = (changed.codes[position] + 1) % Int32(classes)
      let after = prior.logits(of: changed, in: .inference).elements
      let past = 0..<(position + 1) * classes
      #expect(Array(before[past]) == Array(after[past]))
      if position + 1 < batch.codes.count {
        #expect(before[past.upperBound...] != after[past.upperBound...])
      }
    }
  }

  @Test(arguments: Example.allCases)
  func anImageIsTheSameInAnyBatchOnAnyNumberOfThreads(example: Example) {
    let sampler = PriorSampler(example.prior)
    let images = 40
    let batch = example.batch(images: images)
    let streams = (0..<images).map { Randomness(seed: 1).stream($0) }
    let threads = ThreadPool.shared.threadCount
    defer { ThreadPool.shared.resize(to: threads) }
    ThreadPool.shared.resize(to: 1)
    let whole = sampler.sample(streams, labels: batch.labels, conditions: batch.conditions)
    ThreadPool.shared.resize(to: 2)
    #expect(sampler.sample(streams, labels: batch.labels, conditions: batch.conditions) == whole)
    let positions = whole.count / images
    for start in stride(from: 0, to: images, by: 7) {
      let range = start..<min(start + 7, images)
      let part = sampler.sample(
        Array(streams[range]), labels: batch.labels.map { Array($0[range]) },
        conditions: batch.conditions.map {
          let size = $0.count / images
          return Array($0[range.lowerBound * size..<range.upperBound * size])
        })
      #expect(part == Array(whole[range.lowerBound * positions..<range.upperBound * positions]))
    }
  }

  /// A single image is drawn by all threads together, where its layers are large enough.
  @Test func oneImageIsTheSameOnAnyNumberOfThreads() {
    var configuration = Example.attention.configuration
    (configuration.channels, configuration.residualChannels) = (192, 192)
    let sampler = PriorSampler(Prior(configuration, start: .random(Randomness(seed: 4))))
    let batch = Example.attention.batch(images: 1)
    let threads = ThreadPool.shared.threadCount
    defer { ThreadPool.shared.resize(to: threads) }
    let codes = [1, 2, 5].map { threads in
      ThreadPool.shared.resize(to: threads)
      return sampler.sample(
        [Randomness(seed: 1)], labels: batch.labels, conditions: batch.conditions)
    }
    #expect(codes[0] == codes[1] && codes[0] == codes[2])
  }

  @Test func samplesFollowTheDistributionOfTheLogits() {
    let prior = Example.plain.prior
    let images = 4000
    let codes = PriorSampler(prior).sample(
      (0..<images).map { Randomness(seed: 2).stream($0) })
    // The first position depends on nothing, so its distribution is the softmax of its logits.
    let batch = Prior.Batch(codes: [Int32](repeating: 0, count: 30))
    let expected = Array(prior.logits(of: batch, in: .inference).softmax().elements.prefix(11))
    for code in 0..<11 {
      let share = (0..<images).count { codes[$0 * 30] == code }
      let deviation = (expected[code] * (1 - expected[code]) / Float(images)).squareRoot()
      #expect(abs(Float(share) / Float(images) - expected[code]) < 5 * deviation)
    }
  }

  @Test func truncationKeepsOnlyTheLikeliestCodes() {
    let prior = Example.plain.prior
    let batch = Prior.Batch(codes: [Int32](repeating: 0, count: 30))
    let first = Array(prior.logits(of: batch, in: .inference).elements.prefix(11))
    let order = first.indices.sorted { first[$0] > first[$1] }
    let streams = (0..<300).map { Randomness(seed: 4).stream($0) }
    func drawn(_ distribution: CodeDistribution) -> Set<Int> {
      let codes = PriorSampler(prior).sample(streams, distribution: distribution)
      return Set((0..<300).map { Int(codes[$0 * 30]) })
    }
    #expect(drawn(CodeDistribution(topK: 1)) == [order[0]])
    #expect(drawn(CodeDistribution(topK: 3)) == Set(order[..<3]))
    #expect(drawn(CodeDistribution(topP: 1e-6)) == [order[0]])
    #expect(drawn(CodeDistribution(temperature: 1e-3)) == [order[0]])
    #expect(drawn(CodeDistribution()).count > 6)
  }
}
