import Artifacts
import Foundation
import Generation
import Images
import Models
import PixelCNN
import Tensors
import VAE

/// How likely a folder of models finds the images of a dataset.
///
/// An image is described by its codes, which the priors give a probability, and by how its bytes differ
/// from what the codes decode to, which a discretized logistic distribution of one scale does
/// (arXiv 1701.05517). The bits of both are an upper bound on −log₂ p(image) of the whole model. With a
/// VAE the divergence D_KL(q(z|x) ‖ p(z)) is in the place of the codes, and decoded is a draw from
/// q(z|x): the same bound, so the two compare.
public struct LikelihoodFigures: Codable, Sendable {
  /// What one prior makes of its codes.
  public struct Level: Codable, Sendable {
    /// The level's name.
    public var name: String
    /// The mean of −log p(code) in nats.
    public var natsPerCode: Double
  }

  /// One image's bits per dimension: per channel of a pixel.
  public struct Score: Codable, Sendable {
    /// The image's number in the dataset.
    public var index: Int
    /// Of its codes, or of a VAE's latents.
    public var codeBits: Double
    /// Of its difference from what those decode to.
    public var pixelBits: Double

    /// Of the whole image.
    public var bits: Double { codeBits + pixelBits }
  }

  /// The mean bits per dimension of an image; an upper bound.
  public var bitsPerDimension: Double
  /// The part of the codes, or of a VAE's latents.
  public var codeBitsPerDimension: Double
  /// The part of the pixels, given those.
  public var pixelBitsPerDimension: Double
  /// The scale of the logistic distribution of pixels, in grey levels.
  public var pixelScale: Double
  /// The priors, from the top; none of a VAE.
  public var levels: [Level]
  /// All images in order of the dataset.
  public var scores: [Score]

  /// The images in which the model finds most to wonder at, from the strangest.
  public var strangest: [Score] { scores.sorted { ($1.bits, $0.index) < ($0.bits, $1.index) } }

  /// Measures all images of `dataset`, whose shape must be the models' and whose labels those that
  /// `ModelFolder.labelling` makes.
  ///
  /// - Parameters:
  ///   - absoluteError: the mean absolute error of the reconstructions, in grey levels.
  ///   - progress: called with the number of images done.
  /// - Throws: what the dataset throws.
  public init(
    of dataset: any ImageDataset, under models: ModelFolder, absoluteError: Double,
    progress: (Int) -> Void = { _ in }
  ) throws {
    var nats = models.priors.map { _ in 0.0 }
    try self.init(of: dataset, absoluteError: absoluteError, progress: progress) { batch in
      let codes = models.vqvae.model.encode(batch.tensor(of: dataset.shape))
      var codeNats = [Double](repeating: 0, count: batch.count)
      for (level, loaded) in models.priors.enumerated() {
        let losses = loaded.model.losses(codes, level: level, labels: batch.labels)
        let perImage = losses.count / batch.count
        for (index, loss) in losses.enumerated() { codeNats[index / perImage] += Double(loss) }
        nats[level] += losses.reduce(0) { $0 + Double($1) }
      }
      return (codeNats, models.vqvae.model.decode(codes, images: batch.count))
    }
    let count = Double(max(scores.count, 1))
    levels = zip(models.vqvae.levels, nats).map { level, nats in
      Level(name: level.name, natsPerCode: nats / (count * Double(level.codesPerImage)))
    }
  }

  /// Measures all images of `dataset`, whose shape must be the model's, with one draw of the latents
  /// for each; which one is a function of its number alone.
  ///
  /// - Parameters:
  ///   - absoluteError: the mean absolute error of the reconstructions, in grey levels.
  ///   - progress: called with the number of images done.
  /// - Throws: what the dataset throws.
  public init(
    of dataset: any ImageDataset, under model: VAE, absoluteError: Double,
    progress: (Int) -> Void = { _ in }
  ) throws {
    let randomness = Randomness(seed: 0).stream("likelihood")
    try self.init(of: dataset, absoluteError: absoluteError, progress: progress) { batch in
      let noise = model.drawLatents(batch.indices.map { randomness.stream($0) })
      let inference = model.infer(batch.tensor(of: dataset.shape), noise: noise)
      return (inference.divergences, model.decode(inference.latents))
    }
  }

  /// Scores all images, of no levels; `describe` tells the nats that the codes or latents of each image
  /// of a batch take, and what these decode to.
  private init(
    of dataset: any ImageDataset, absoluteError: Double, progress: (Int) -> Void,
    describe: (Batch) -> (nats: [Double], copies: Tensor)
  ) throws {
    let pixels = PixelDistribution(absoluteError: absoluteError)
    let dimensions = Double(dataset.shape.byteCount)
    var scores: [Score] = []
    scores.reserveCapacity(dataset.count)
    try forEachBatch(of: dataset) { batch in
      let (nats, decoded) = describe(batch)
      let copies = decoded.images()
      for (index, original) in batch.images(of: dataset.shape).enumerated() {
        scores.append(
          Score(
            index: batch.indices[index], codeBits: nats[index] / log(2) / dimensions,
            pixelBits: pixels.bits(of: original, around: copies[index]) / dimensions))
      }
      progress(scores.count)
    }
    let count = Double(max(scores.count, 1))
    codeBitsPerDimension = scores.reduce(0) { $0 + $1.codeBits } / count
    pixelBitsPerDimension = scores.reduce(0) { $0 + $1.pixelBits } / count
    bitsPerDimension = codeBitsPerDimension + pixelBitsPerDimension
    pixelScale = pixels.scale
    levels = []
    self.scores = scores
  }
}

extension Prior {
  /// −log p of each code of a level, in nats, image by image; `codes` are of all levels.
  fileprivate func losses(_ codes: [[Int32]], level: Int, labels: [Int32]) -> [Float] {
    let batch = Batch(
      codes: codes[level], conditions: Array(codes[..<level]),
      labels: configuration.classCount > 0 ? labels : nil)
    return logits(of: batch, in: .inference).negativeLogLikelihoods(targets: batch.codes).elements
  }
}
