import Artifacts
import Classifiers
import Images
import PixelCNN
import Tensors
import Training

/// How many samples a judge, which had no part in choosing them, reads as the class asked for.
///
/// Throws a `FileError` if the samples are not from these models or have no classes.
public func judgedAccuracy(
  of path: String, from models: ModelFolder, by judge: LoadedClassifier
) throws -> (all: Double, accepted: Double) {
  let samples = try SampleFile(path: path)
  guard samples.sources[ArtifactKind.vqvae.rawValue] == models.vqvae.file.digest,
    samples.configuration.layout.levels == models.vqvae.levels
  else {
    throw FileError(
      path, "was not drawn from \(models.vqvae.file.path)",
      remedy: "pass the models it was drawn from or sample again")
  }
  guard !samples.configuration.layout.classNames.isEmpty,
    samples.configuration.layout.classNames == judge.classifier.configuration.classNames
  else {
    throw FileError(
      path, "has other classes than \(judge.file.path)",
      remedy: "judge with a classifier of the same classes")
  }
  let generator = CandidateGenerator(
    models, seed: samples.configuration.seed, distribution: samples.configuration.distribution,
    batchSize: 64)
  var (correct, correctAccepted) = (0, 0)
  for start in stride(from: 0, to: samples.candidates.count, by: 64) {
    let batch = Array(samples.candidates[start..<min(start + 64, samples.candidates.count)])
    let predicted = judge.classifier.probabilities(of: generator.decode(batch).roundedToBytes())
      .indicesOfLargest()
    for (candidate, predicted) in zip(batch, predicted) where candidate.label == predicted {
      correct += 1
      if candidate.isAccepted { correctAccepted += 1 }
    }
  }
  let accepted = samples.candidates.count(where: \.isAccepted)
  return (
    Double(correct) / Double(max(samples.candidates.count, 1)),
    Double(correctAccepted) / Double(max(accepted, 1))
  )
}

/// The mean negative log-likelihood of a dataset's codes under each prior, in nats per code.
///
/// Throws what the dataset throws.
public func evaluatePriors(
  _ models: ModelFolder, on dataset: any ImageDataset
) throws -> [(level: String, nats: Double)] {
  var totals = models.priors.map { _ in 0.0 }
  var counts = models.priors.map { _ in 0 }
  try forEachBatch(of: dataset, size: 64) { batch in
    let codes = models.vqvae.model.encode(batch.tensor(of: dataset.shape))
    for (index, loaded) in models.priors.enumerated() {
      let prior = loaded.prior
      let input = Prior.Batch(
        codes: codes[index], conditions: Array(codes[..<index]),
        labels: prior.configuration.classCount > 0 ? batch.labels : nil)
      let losses = prior.logits(of: input, in: .inference).negativeLogLikelihoods(
        targets: input.codes)
      totals[index] += losses.buffer.reduce(0) { $0 + Double($1) }
      counts[index] += losses.count
    }
  }
  return models.priors.indices.map {
    (models.priors[$0].prior.configuration.level.name, totals[$0] / Double(max(counts[$0], 1)))
  }
}
