import CommandLineTools
import Evaluation
import Images
import Models
import Tensors

/// Real training images as a judge sees them: what samples can be expected to reach at most.
struct TrainingCeiling {
  let training: any ImageDataset
  let judge: LoadedClassifier
  let seed: UInt64

  /// At random as many images as there are `labels`, and where they have these classes as many of each;
  /// fewer where there are not so many besides the `compared` ones, nil where there are none.
  ///
  /// Throws what the dataset throws, and a `FileError` if the judge's features are not finite.
  func images(
    for labels: [Int32], of classNames: [String], besides compared: [Image]
  ) throws -> JudgedSamples? {
    let labelled = RelabelledImages(training, as: classNames)
    let (training, isLabelled) = (labelled ?? self.training, labelled != nil)
    // No image may be compared with itself.
    let excluded = Set(compared.map(\.bytes))
    var wanted = isLabelled ? Dictionary(grouping: labels) { $0 }.mapValues(\.count) : [:]
    if !isLabelled { wanted[0] = labels.count }
    var chosen: [(label: Int32, image: Image)] = []
    let order = DataOrder(count: training.count, seed: seed, shuffled: true)
    let progress = ProgressReporter("real training images", total: labels.count, unit: "image")
    for position in 0..<training.count where chosen.count < labels.count {
      let index = order[position]
      let label = isLabelled ? training.label(at: index).map(Int32.init) : 0
      guard let label, let left = wanted[label], left > 0 else { continue }
      let image = try training.image(at: index)
      guard !excluded.contains(image.bytes) else { continue }
      wanted[label] = left - 1
      chosen.append((label, image))
      progress.report(chosen.count)
    }
    guard !chosen.isEmpty else { return nil }
    let judgement = try judge.judgement(of: chosen.map(\.image))
    return JudgedSamples(
      labels: chosen.map(\.label), numbers: Array(chosen.indices),
      scores: chosen.map { _ in 1 },
      judgedLabels: isLabelled && judge.knowsClasses ? judgement.labels : nil,
      features: judgement.features, classNames: classNames.isEmpty ? ["any"] : classNames)
  }
}
