import Artifacts
import Classifiers
import CommandLineTools
import Evaluation
import Foundation
import Generation
import Images
import Models
import Tensors
import Training
import TrainingCommands

/// The accuracy on real images of fresh classifiers that were trained on samples alone
/// (arXiv 1905.10887), and of one that was trained equally on real images.
struct ClassificationAccuracyScore {
  let pool: CandidatePool
  /// The real images all are tested on, and those one is trained on; both with the classes of the
  /// models.
  let test, training: any ImageDataset
  /// How many images each is trained on, and for how many steps.
  let samples, steps: Int
  let seed: UInt64
  /// A folder for the trainings' files, which is removed before and after.
  let scratch: String

  private static let batchSize = 64

  /// What all of them have in common, in a sentence.
  var conditions: String {
    "Each classifier has the judge's architecture and fresh weights, and is trained for \(steps) "
      + "steps of \(Self.batchSize) images, slightly shifted and turned, with no image held back for "
      + "choosing when to stop; all are tested on \(test.count) real images."
  }

  /// The scores without rejection, of a setting, and of real images.
  ///
  /// Throws a `FileError` if something cannot be written, and what the datasets throw.
  func measure(_ setting: SettingFigures) throws -> [RejectionReport.AccuracyScore] {
    var scores = [try score("unfiltered samples", try drawn(.none, attempts: 1))]
    if !setting.setting.keepsAll {
      let name = "samples of \(setting.setting.flag)"
      scores.append(
        setting.emptyClasses.isEmpty
          ? try score(
            name, try drawn(setting.setting.rejection, attempts: SamplingCommand.attempts(setting)))
          : .init(name: name, samples: 0, accuracy: nil))
    }
    let real =
      training.count > samples
      ? try training.split(holdOut: samples, seed: seed).heldOut
      : Subset(of: training, at: 0..<training.count)
    return scores + [try score("real images", real)]
  }

  /// Samples drawn as `sample-images` draws them, as many of each class.
  private func drawn(_ rejection: Rejection, attempts: Int) throws -> SampleDataset {
    let labels = pool.labels
    let plan = RejectionSampling(
      labels: labels, countPerClass: (samples + labels.count - 1) / labels.count,
      rejection: rejection, attempts: attempts)
    let progress = ProgressReporter(
      "drawing to train on", total: plan.expectedCandidates, unit: "candidate")
    let kept = try plan.run(drawing: pool.generator.draw) { drawn, _ in progress.report(drawn) }
      .filter(\.isAccepted)
    return SampleDataset(
      images: pool.images(of: kept), shape: pool.folder.vqvae.imageShape,
      labels: kept.map { Int($0.label) }, classNames: pool.folder.classNames)
  }

  private func score(
    _ name: String, _ dataset: any ImageDataset
  ) throws -> RejectionReport.AccuracyScore {
    // One image is held back, for the training wants something to validate with.
    guard dataset.count > 1 else { return .init(name: name, samples: dataset.count, accuracy: nil) }
    let manager = FileManager.default
    try? manager.removeItem(atPath: scratch)
    defer { try? manager.removeItem(atPath: scratch) }
    try manager.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    let path = (scratch as NSString).appendingPathComponent("classifier.safetensors")
    let configuration = TrainedConfiguration(
      model: pool.judge.model.configuration,
      training: TrainingSettings(
        steps: steps, batchSize: Self.batchSize, learningRate: 2e-3, warmup: steps / 20,
        gradientNormLimit: 1, heldOut: 1, seed: seed, precision: .full))
    let task = try classifierTraining(
      configuration, on: dataset,
      augmentation: Augmentation(
        seed: seed, shift: 2, flipsHorizontally: false, rotation: 10, scaling: 0.1, shear: 0.1))
    let run = try TrainingRun(
      kind: .classifier, output: path, configuration: configuration, observer: ConsoleObserver())
    _ = try run.run(task)
    let correct =
      try accuracy(of: LoadedClassifier(path: path).model, on: test) * Double(test.count)
    return .init(
      name: name, samples: dataset.count,
      accuracy: Estimate(part: Int(correct.rounded()), of: test.count))
  }
}

/// Samples as a data set, in memory.
private struct SampleDataset: ImageDataset {
  let images: [Image]
  let shape: ImageShape
  let labels: [Int]
  let classNames: [String]

  var count: Int { images.count }

  func label(at index: Int) -> Int? { labels[index] }

  func readImage(at index: Int, into buffer: UnsafeMutableBufferPointer<UInt8>) {
    for (offset, byte) in images[index].bytes.enumerated() { buffer[offset] = byte }
  }
}
