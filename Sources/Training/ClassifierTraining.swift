import Artifacts
import Classifiers
import CommandLineTools
import Images
import NeuralNetworks
import Tensors

/// Trains a classifier on a labelled dataset and writes it to the run's file.
///
/// Throws what `TrainingRun.run` and the dataset throw.
public func trainClassifier(
  _ run: TrainingRun<ClassifierConfiguration>, on dataset: any ImageDataset,
  augmentation: Augmentation
) throws -> TrainingRun<ClassifierConfiguration>.Ending {
  let settings = run.configuration.training
  let classifier = Classifier(
    run.configuration.model, start: .random(Randomness(seed: settings.seed).stream("weights")))
  let split = try dataset.split(holdOut: settings.heldOut, seed: settings.seed)
  let batches = TrainingBatches(split.training, settings, augmentation: augmentation)
  return try run.run(
    classifier.parameters, title: "train-classifier",
    validationInterval: max(settings.steps / 10, 1), begin: batches.begin,
    step: { _, pass, _ in
      let batch = try batches.next()
      let loss = classifier.loss(
        of: batch.tensor(of: dataset.shape), labels: batch.labels, in: pass)
      return .init(loss: loss, figures: [])
    },
    validate: {
      [Figure("held-out accuracy", try accuracy(of: classifier, on: split.heldOut))]
    })
}

/// The fraction of a dataset's images whose label is the classifier's likeliest class, 0 to 1.
///
/// Throws what the dataset throws.
public func accuracy(of classifier: Classifier, on dataset: any ImageDataset) throws -> Double {
  var correct = 0
  try forEachBatch(of: dataset, size: 100) { batch in
    let predicted = classifier.probabilities(of: batch.tensor(of: dataset.shape))
      .indicesOfLargest()
    correct += zip(predicted, batch.labels).count { $0 == $1 }
  }
  return Double(correct) / Double(max(dataset.count, 1))
}
