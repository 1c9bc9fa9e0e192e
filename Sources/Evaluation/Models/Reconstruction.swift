import Images
import Tensors
import Training
import VQVAE

/// How well a VQ-VAE reconstructs the images of a dataset, and which codes it does so with.
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
  /// The codebooks, from the top.
  public var levels: [CodebookUsage]

  /// Reconstructs all images of `dataset`, whose shape must be the model's.
  ///
  /// - Parameter progress: called with the number of images done.
  /// - Throws: what the dataset throws.
  public init(
    of dataset: any ImageDataset, by model: VQVAE, progress: (Int) -> Void = { _ in }
  ) throws {
    var (squaredError, similarity, absoluteError) = (0.0, 0.0, 0.0)
    var done = 0
    levels = try reconstruct(dataset, by: model) { batch, output in
      let copies = output.images()
      let originals = batch.images(of: dataset.shape)
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
      done += batch.count
      progress(done)
    }
    let total = Double(max(done, 1))
    images = done
    self.squaredError = squaredError / total
    peakSignalToNoiseRatio = ImageQuality.peakSignalToNoiseRatio(squaredError: squaredError / total)
    structuralSimilarity = similarity / total
    self.absoluteError = absoluteError / (total * Double(dataset.shape.byteCount))
  }
}
