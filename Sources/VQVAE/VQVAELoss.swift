import NeuralNetworks
import Tensors

/// The objective of one batch and what it was made of.
public struct VQVAELoss {
  /// ‖x − x̂‖², the mean over pixels in [-1, 1]: 4 times the error of pixels in [0, 1].
  public let reconstruction: Tensor
  /// Σ over levels of the mean of ‖z − sg[e]‖²; multiplied by β in the objective.
  public let commitment: Tensor
  /// reconstruction + β · commitment (+ the codebook loss, where codebooks learn by it).
  public let total: Tensor
  /// The reconstructions: [images, height, width, channels]; recorded, for objectives of one's own.
  public let output: Tensor
  /// What the decoder's last layer made them of; a constant.
  let lastFeatures: Tensor
  /// The codes of each level, from the top.
  public let codes: [[Int32]]
}

extension VQVAE {
  /// Equation 3 of arXiv 1711.00937 over all levels, on images [images, height, width, channels] in
  /// [-1, 1].
  ///
  /// - Parameter learning: in training, the stream that says where codes are seeded and revived, which
  ///   images lose their lower levels and which codes are mistaken for others; it lets the codebooks learn
  ///   from this batch. Nil leaves the codebooks as they are and drops nothing.
  public func loss(
    of images: Tensor, in pass: ForwardPass, learning: Randomness? = nil
  ) -> VQVAELoss {
    let visibleLevels = learning.map {
      drawVisibleLevels(pass.numbers(of: images), $0.stream("level dropout"))
    }
    var codes: [[Int32]] = []
    var commitment: Tensor?
    var codebookLoss: Tensor?
    let (_, context) = describeLevels(of: images, in: pass) { z, level in
      let codebook = codebooks[level]
      let stream = learning?.stream(level)
      if let stream {
        codebook.seedIfNeeded(from: z, randomness: stream.stream("seed"), in: pass)
      }
      let parts = codebook.quantize(z, in: pass)
      if let stream {
        codebook.update(
          with: z.detached, codes: parts.codes, randomness: stream.stream("revival"), in: pass)
      }
      codes.append(parts.codes)
      commitment = commitment.map { $0 + parts.commitment } ?? parts.commitment
      if let part = parts.codebookLoss { codebookLoss = codebookLoss.map { $0 + part } ?? part }
      var seen = parts.quantized
      if let stream, let rate = configuration.codeNoise {
        seen = codebook.disturbing(
          seen, rate: rate, randomness: stream.stream("noise"), in: pass)
      }
      if let visibleLevels, visibleLevels.contains(where: { $0 <= level }) {
        seen = seen.keepingImages { visibleLevels[$0] > level }
      }
      return ((), seen)
    }
    guard let commitment else { preconditionFailure("a VQ-VAE has at least one level") }
    let lastFeatures = decoder.features(of: context, in: pass)
    let output = decoder.last(lastFeatures, in: pass)
    let reconstruction = output.meanSquaredError(to: images)
    var total = reconstruction + configuration.commitment * commitment
    if let codebookLoss { total = total + codebookLoss }
    return VQVAELoss(
      reconstruction: reconstruction, commitment: commitment, total: total,
      output: output, lastFeatures: lastFeatures.detached, codes: codes)
  }

  /// How many levels, from the top, the decoder sees of images of a training batch, by number.
  private func drawVisibleLevels(_ images: Range<Int>, _ randomness: Randomness) -> [Int] {
    let rate = configuration.levelDropout ?? 0
    let count = codebooks.count
    return images.map { image in
      let draw = randomness.uniform(at: image)
      guard count > 1, draw < rate else { return count }
      return 1 + min(Int(draw / rate * Float(count - 1)), count - 2)
    }
  }
}
