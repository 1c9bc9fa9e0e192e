import Artifacts
import Classifiers
import CommandLineTools
import Communication
import Images
import NeuralNetworks
import Tensors

/// The training of a classifier on a labelled dataset, by one process or several.
///
/// Throws what the dataset throws.
public func classifierTraining(
  _ configuration: TrainedConfiguration<ClassifierConfiguration>, on dataset: any ImageDataset,
  augmentation: Augmentation, sharedBy communicator: any Communicator = SoleProcess()
) throws -> TrainingTask {
  let settings = configuration.training
  let classifier = Classifier(
    configuration.model, start: .random(Randomness(seed: settings.seed).stream("weights")))
  let split = try dataset.split(holdOut: settings.heldOut, seed: settings.seed)
  let batches = TrainingBatches(
    split.training, settings, augmentation: augmentation, sharedBy: communicator)
  let batch = settings.validationBatch(upTo: inferenceBatchSize(of: dataset.shape))
  return TrainingTask(
    title: "train-classifier", parameters: classifier.parameters, settings: settings,
    sharedBy: communicator, validationBatch: batch, begin: batches.begin,
    step: { _, pass, _ in
      let batch = try batches.next()
      return .init(
        loss: classifier.loss(of: batch.tensor(of: dataset.shape), labels: batch.labels, in: pass))
    },
    validate: { count in
      let images = Subset(of: split.heldOut, at: 0..<count)
      let accuracy = try accuracy(
        of: classifier, on: images, batchSize: batch, sharedBy: communicator)
      return [Figure("held-out accuracy", accuracy)]
    })
}

/// The fraction of a dataset's images whose label is the classifier's likeliest class, 0 to 1.
///
/// `batchSize` images are taken at a time, which changes no result; see `inferenceBatchSize`. Several
/// processes may share the work: all get the result.
/// Throws what the dataset throws.
public func accuracy(
  of classifier: Classifier, on dataset: any ImageDataset, batchSize: Int? = nil,
  sharedBy communicator: any Communicator = SoleProcess()
) throws -> Double {
  var correct = 0
  try forEachBatch(of: dataset, size: batchSize, sharedBy: communicator) { batch in
    let predicted = classifier.probabilities(of: batch.tensor(of: dataset.shape))
      .indicesOfLargest()
    correct += zip(predicted, batch.labels).count { $0 == $1 }
  }
  return communicator.sums(of: [Double(correct)])[0] / Double(max(dataset.count, 1))
}
