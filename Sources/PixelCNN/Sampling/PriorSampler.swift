import NeuralNetworks
import Tensors

/// Draws codes from a prior, position by position, many images in lock step.
///
/// Cost per image is about one forward pass of the prior, whatever its resolution; memory per image
/// is that of the activations its causal convolutions and attention look back on.
public final class PriorSampler {
  private let prior: Prior
  private let packed: PackedPrior

  /// Images that one thread advances together: enough for full register tiles, few enough that
  /// what they look back on stays in the cache.
  private static let groupSize = 24

  /// Packs the weights of `prior`; later changes to them are not seen.
  public init(_ prior: Prior) {
    self.prior = prior
    packed = PackedPrior(prior)
  }

  /// Draws one map of codes per image: [images · height · width].
  ///
  /// - Parameters:
  ///   - randomness: one stream per image; position i uses its number i. An image's codes depend on
  ///     its own stream, label and conditions alone.
  ///   - labels: one class per image, for a class-conditional prior.
  ///   - conditions: the codes of the levels above, from the top.
  public func sample(
    _ randomness: [Randomness], labels: [Int32]? = nil, conditions: [[Int32]] = [],
    distribution: CodeDistribution = CodeDistribution()
  ) -> [Int32] {
    run(images: randomness.count, labels: labels, conditions: conditions) {
      group, images, position, logits in
      for image in 0..<group.images {
        let row = UnsafeBufferPointer(start: logits[image], count: logits.channels)
        let uniform = randomness[images.lowerBound + image].uniform(at: position)
        group.set(
          distribution.draw(row, uniform: uniform), image: image, position: position)
      }
    }
  }

  /// The logits the sampler computes when the codes are given: what `Prior.logits` computes at once.
  /// [images, height, width, codebook size].
  public func logits(of batch: Prior.Batch) -> Tensor {
    let level = prior.configuration.level
    let positions = level.height * level.width
    let images = batch.codes.count / positions
    var result = Tensor(zeros: [images, level.height, level.width, level.codebookSize])
    result.withMutableElements { elements in
      guard let base = elements.baseAddress else { return }
      _ = run(images: images, labels: batch.labels, conditions: batch.conditions) {
        group, range, position, logits in
        for image in 0..<group.images {
          let pixel = (range.lowerBound + image) * positions + position
          (base + pixel * logits.channels).update(from: logits[image], count: logits.channels)
          group.set(batch.codes[pixel], image: image, position: position)
        }
      }
    }
    return result
  }

  private func run(
    images: Int, labels: [Int32]?, conditions: [[Int32]],
    choose: (SamplingGroup, _ images: Range<Int>, _ position: Int, _ logits: Rows) -> Void
  ) -> [Int32] {
    let level = prior.configuration.level
    let positions = level.height * level.width
    var codes = [Int32](repeating: 0, count: images * positions)
    let condition = prior.conditioning(conditions, images: images, in: .inference)
    let threads = ThreadPool.shared.threadCount
    let size = min(PriorSampler.groupSize, max(1, (images + threads - 1) / threads))
    codes.withUnsafeMutableBufferPointer { codes in
      ThreadPool.shared.perform((images + size - 1) / size) { index in
        let range = index * size..<min((index + 1) * size, images)
        let group = SamplingGroup(
          packed, images: range.count, labels: labels.map { Array($0[range]) },
          condition: condition?.rowSlice(
            range.lowerBound * positions..<range.upperBound * positions))
        for position in 0..<positions {
          choose(group, range, position, group.advance(to: position))
        }
        for (offset, code) in group.codes.enumerated() {
          codes[range.lowerBound * positions + offset] = code
        }
      }
    }
    return codes
  }
}
