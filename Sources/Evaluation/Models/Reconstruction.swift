import Images
import Models
import Tensors
import VAE
import VQVAE

/// How well a model reconstructs the images of a dataset, and which codes it does so with.
public struct ReconstructionFigures: Codable, Sendable {
  /// How many images there are.
  public var images: Int
  /// The mean squared error of pixels in [0, 1], after rounding to bytes.
  public var squaredError: Double
  /// Of that error, in decibels; nil if there is none.
  public var peakSignalToNoiseRatio: Double?
  /// The mean over images; see `ImageQuality`.
  public var structuralSimilarity: Double
  /// The mean absolute error of pixels in grey levels, 0 to 255.
  public var absoluteError: Double
  /// The codebooks, from the top; none of a VAE.
  public var levels: [CodebookUsage]

  /// Reconstructs all images of `dataset`, whose shape must be the model's.
  ///
  /// - Parameter progress: called with the number of images done.
  /// - Throws: what the dataset throws.
  public init(
    of dataset: any ImageDataset, by model: VQVAE, progress: (Int) -> Void = { _ in }
  ) throws {
    var tally = Tally(shape: dataset.shape)
    let levels = try reconstruct(dataset, by: model) { batch, output in
      tally.add(batch, output)
      progress(tally.images)
    }
    self.init(tally, levels: levels)
  }

  /// Reconstructs all images of `dataset`, whose shape must be the model's, from the means of their
  /// latents.
  ///
  /// - Parameter progress: called with the number of images done.
  /// - Throws: what the dataset throws.
  public init(
    of dataset: any ImageDataset, by model: VAE, progress: (Int) -> Void = { _ in }
  ) throws {
    var tally = Tally(shape: dataset.shape)
    try forEachBatch(of: dataset) { batch in
      tally.add(batch, model.reconstruct(batch.tensor(of: dataset.shape)))
      progress(tally.images)
    }
    self.init(tally, levels: [])
  }

  private init(_ tally: Tally, levels: [CodebookUsage]) {
    let total = Double(max(tally.images, 1))
    images = tally.images
    squaredError = tally.squaredError / total
    peakSignalToNoiseRatio = ImageQuality.peakSignalToNoiseRatio(squaredError: squaredError)
    structuralSimilarity = tally.similarity / total
    absoluteError = tally.absoluteError / (total * Double(tally.shape.byteCount))
    self.levels = levels
  }
}

/// Sums over the images compared so far.
private struct Tally {
  let shape: ImageShape
  var images = 0
  var squaredError = 0.0
  var similarity = 0.0
  var absoluteError = 0.0

  init(shape: ImageShape) {
    self.shape = shape
  }

  /// Compares a batch with what became of it.
  mutating func add(_ batch: Batch, _ output: Tensor) {
    let copies = output.images()
    let originals = batch.images(of: shape)
    var qualities = [ImageQuality?](repeating: nil, count: batch.count)
    qualities.withUnsafeMutableBufferPointer { qualities in
      ThreadPool.shared.perform(batch.count) { index in
        qualities[index] = ImageQuality(of: copies[index], to: originals[index])
      }
    }
    for quality in qualities.compactMap({ $0 }) {
      squaredError += quality.squaredError
      similarity += quality.structuralSimilarity
    }
    for (copy, original) in zip(copies.lazy.flatMap(\.bytes), batch.pixels) {
      absoluteError += abs(Double(copy) - Double(original))
    }
    images += batch.count
  }
}
