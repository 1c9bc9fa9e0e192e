import Artifacts
import Classifiers
import Images
import Models
import Tensors

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
    samples.configuration.layout.classNames == judge.model.configuration.classNames
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
    let predicted = try judge.probabilities(of: generator.decode(batch).roundedToBytes())
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

/// The fraction of the images at `path`, a folder or an IDX file, in which a judge recognises a class,
/// whichever it is: gives it a probability of at least 0.9. That much can be said of images that nobody
/// asked for by class. They are brought to the size and colour of the judge's images.
///
/// Throws a `FileError` or `ImageError` if they cannot be read.
public func recognizedShare(
  of path: String, by judge: LoadedClassifier
) throws -> Double {
  let shape = judge.imageShape
  let dataset = try openDataset(
    path: path, labels: nil, size: shape.size, color: shape.color)
  var recognized = 0
  try forEachBatch(of: dataset) { batch in
    let probabilities = try judge.probabilities(of: batch.tensor(of: shape))
    recognized += probabilities.indicesOfLargest().enumerated().count { row, index in
      probabilities.buffer[row * probabilities.channels + Int(index)] >= 0.9
    }
  }
  return Double(recognized) / Double(dataset.count)
}
