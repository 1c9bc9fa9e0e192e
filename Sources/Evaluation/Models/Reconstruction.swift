import Images
import Models
import Tensors
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
  /// The codebooks, from the top; none of a model without codes.
  public var levels: [CodebookUsage]
  /// See `ReconstructionJudgement`; nil without a judge.
  public var judged: ReconstructionJudgement?

  /// Reconstructs all images of `dataset`, whose shape must be the model's.
  ///
  /// - Parameters:
  ///   - judge: a classifier of such images, if there is one to be asked.
  ///   - progress: called with the number of images done.
  /// - Throws: what the dataset throws; a `FileError` if the judge's features are not finite.
  public init(
    of dataset: any ImageDataset, by model: VQVAE, judge: LoadedClassifier? = nil,
    progress: (Int) -> Void = { _ in }
  ) throws {
    var tally = Tally(shape: dataset.shape, judge: judge)
    let levels = try reconstruct(dataset, by: model) { batch, output in
      try tally.add(batch, output)
      progress(tally.images)
    }
    self.init(tally, levels: levels)
  }

  /// Reconstructs all images of `dataset`, whose shape must be the model's, by a model without codes.
  ///
  /// - Parameters:
  ///   - judge: a classifier of such images, if there is one to be asked.
  ///   - progress: called with the number of images done.
  ///   - reconstruct: what the model makes of images; both [images, height, width, channels], in about
  ///     [-1, 1].
  /// - Throws: what the dataset throws; a `FileError` if the judge's features are not finite.
  public init(
    of dataset: any ImageDataset, judge: LoadedClassifier?, progress: (Int) -> Void,
    by reconstruct: (Tensor) -> Tensor
  ) throws {
    var tally = Tally(shape: dataset.shape, judge: judge)
    try forEachBatch(of: dataset) { batch in
      try tally.add(batch, reconstruct(batch.tensor(of: dataset.shape)))
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
    judged = tally.judged?.judgement
  }
}

/// Sums over the images compared so far.
private struct Tally {
  let shape: ImageShape
  var images = 0
  var squaredError = 0.0
  var similarity = 0.0
  var absoluteError = 0.0
  var judged: JudgedReconstructions?

  init(shape: ImageShape, judge: LoadedClassifier?) {
    self.shape = shape
    judged = judge.map { JudgedReconstructions(by: $0) }
  }

  /// Compares a batch with what became of it; throws a `FileError` if the judge cannot.
  mutating func add(_ batch: Batch, _ output: Tensor) throws {
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
    try judged?.add(originals, copies)
    images += batch.count
  }
}
