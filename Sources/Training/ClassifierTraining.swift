import Artifacts
import Classifiers
import Communication
import Images
import Models
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
    sharedBy: communicator, aim: .larger, validationBatch: batch, begin: batches.begin,
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
