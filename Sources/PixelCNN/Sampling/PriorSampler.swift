import NeuralNetworks
import Tensors

/// Draws codes from a prior, wavefront by wavefront, many images in lock step.
///
/// Cost per image is about one forward pass of the prior, whatever its resolution; memory per image
/// is that of the activations its causal convolutions and attention look back on.
public final class PriorSampler {
  private let prior: Prior
  private let packed: PackedPrior

  /// Rows, one for each position and image, that one thread advances together: enough to be worth the
  /// weights' way from memory, few enough that what they look back on stays in the cache.
  private static let rowsOfGroup = 48

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
  ///   - distribution: how codes are drawn; guidance needs labels and a prior with a `hiddenLabel`, and
  ///     twice the time.
  ///   - known: codes that are kept, [images · height · width], -1 where one is to be drawn. Positions see
  ///     those before them, in raster order, and none after.
  public func sample(
    _ randomness: [Randomness], labels: [Int32]? = nil, conditions: [[Int32]] = [],
    distribution: CodeDistribution = CodeDistribution(), known: [Int32]? = nil
  ) -> [Int32] {
    let guidance = distribution.isGuided ? distribution.guidance : nil
    let positions = prior.configuration.level.codesPerImage
    return run(
      images: randomness.count, labels: labels, conditions: conditions, guidance: guidance
    ) { image, position, logits in
      if let code = known?[image * positions + position], code >= 0 { return code }
      return distribution.draw(logits, uniform: randomness[image].uniform(at: position))
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
        image, position, logits in
        let pixel = image * positions + position
        _ = UnsafeMutableBufferPointer(start: base + pixel * logits.count, count: logits.count)
          .update(fromContentsOf: logits)
        return batch.codes[pixel]
      }
    }
    return result
  }

  private func run(
    images: Int, labels: [Int32]?, conditions: [[Int32]], guidance: Float? = nil,
    choose: (_ image: Int, _ position: Int, _ logits: UnsafeBufferPointer<Float>) -> Int32
  ) -> [Int32] {
    let level = prior.configuration.level
    let positions = level.height * level.width
    var codes = [Int32](repeating: 0, count: images * positions)
    let condition = prior.conditioning(conditions, images: images, in: .inference)
    let wavefronts = Wavefront.all(of: prior.configuration)
    let mostPositions = wavefronts.map(\.positions.count).max() ?? 1
    let threads = ThreadPool.shared.threadCount
    let rowsOfImage = mostPositions * (guidance == nil ? 1 : 2)
    let size = max(1, min(Self.rowsOfGroup / rowsOfImage, (images + threads - 1) / threads))
    codes.withUnsafeMutableBufferPointer { codes in
      ThreadPool.shared.perform((images + size - 1) / size) { index in
        let range = index * size..<min((index + 1) * size, images)
        let group = SamplingGroup(
          packed, images: range.count, mostPositions: mostPositions,
          labels: labels.map { Array($0[range]) },
          condition: condition?.rowSlice(
            range.lowerBound * positions..<range.upperBound * positions), guidance: guidance)
        for wavefront in wavefronts {
          group.advance(to: wavefront) { image, position, logits in
            choose(range.lowerBound + image, position, logits)
          }
        }
        for (offset, code) in group.codes.enumerated() {
          codes[range.lowerBound * positions + offset] = code
        }
      }
    }
    return codes
  }
}
