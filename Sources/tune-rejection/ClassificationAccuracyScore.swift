import Artifacts
import Classifiers
import Foundation
import Images
import Tensors
import Training

/// Samples as a data set, in memory.
struct SampleDataset: ImageDataset {
  let images: [Image]
  let labels: [Int]
  let classNames: [String]

  var count: Int { images.count }
  var shape: ImageShape { images[0].shape }

  func label(at index: Int) -> Int? { labels[index] }

  func readImage(at index: Int, into buffer: UnsafeMutableBufferPointer<UInt8>) {
    for (offset, byte) in images[index].bytes.enumerated() { buffer[offset] = byte }
  }
}

/// The accuracy on real images of a fresh classifier that was trained on samples alone
/// (arXiv 1905.10887), 0 to 1.
///
/// - Parameters:
///   - like: a classifier with the architecture to train.
///   - imagesPath: of the real images, for errors.
///   - scratch: a folder for the training's files, which is removed before and after.
/// - Throws: a `FileError` if the real images have other classes, there are too few samples to train
///   on, or something cannot be written.
func classificationAccuracyScore(
  of samples: SampleDataset, like judge: LoadedClassifier, on real: any ImageDataset,
  imagesPath: String, steps: Int, seed: UInt64, scratch: String
) throws -> Double {
  guard real.classNames == samples.classNames else {
    throw FileError(
      imagesPath, "has other classes than the samples, so that no accuracy can be measured on it",
      remedy: "pass its --labels, or leave out --classification-accuracy-score")
  }
  guard samples.count >= 2 else {
    throw FileError(
      scratch, "cannot be trained on \(samples.count) samples", remedy: "pass --draw to draw more")
  }
  let manager = FileManager.default
  try? manager.removeItem(atPath: scratch)
  defer { try? manager.removeItem(atPath: scratch) }
  try manager.createDirectory(atPath: scratch, withIntermediateDirectories: true)
  let path = (scratch as NSString).appendingPathComponent("classifier.safetensors")
  let run = try TrainingRun(
    kind: .classifier, output: path,
    configuration: TrainedConfiguration(
      model: judge.classifier.configuration,
      training: TrainingSettings(
        steps: steps, batchSize: 64, learningRate: 2e-3, warmup: steps / 20, gradientNormLimit: 1,
        heldOut: max(samples.count / 20, 1), seed: seed, precision: .full)))
  _ = try trainClassifier(
    run, on: samples,
    augmentation: Augmentation(
      seed: seed, shift: 2, flipsHorizontally: false, rotation: 10, scaling: 0.1, shear: 0.1))
  return try accuracy(of: LoadedClassifier(path: path).classifier, on: real)
}
