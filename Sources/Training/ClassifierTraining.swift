import Artifacts
import Classifiers
import Communication
import Images
import Models
import NeuralNetworks
import Tensors

/// The training of a classifier on a dataset, by one process or several: of its classes, or where the
/// task is rotation, of the ways up its pictures can be.
///
/// Throws what the dataset throws.
public func classifierTraining(
  _ configuration: TrainedConfiguration<ClassifierConfiguration>, on dataset: any ImageDataset,
  augmentation: Augmentation, sharedBy communicator: any Communicator = SoleProcess()
) throws -> TrainingTask {
  let settings = configuration.training
  let split = try dataset.split(holdOut: settings.heldOut, seed: settings.seed)
  let isRotation = configuration.model.task == .rotation
  let training: any ImageDataset = isRotation ? RotatedImages(of: split.training) : split.training
  return ClassifierTask(configuration, training, augmentation, sharedBy: communicator).task {
    classifier, count, batch in
    let images = Subset(of: split.heldOut, at: 0..<count)
    let accuracy = try accuracy(
      of: classifier, on: isRotation ? RotatedImages(of: images) : images, batchSize: batch,
      sharedBy: communicator)
    return [Figure("held-out accuracy", accuracy)]
  }
}

/// The training of a critic, which tells real pictures from drawn ones, by one process or several. The
/// task is realness; as many images are held out as `images` holds out.
///
/// Throws what the dataset of `images` throws.
public func criticTraining(
  _ configuration: TrainedConfiguration<ClassifierConfiguration>, on images: CriticImages,
  augmentation: Augmentation, sharedBy communicator: any Communicator = SoleProcess()
) throws -> TrainingTask {
  ClassifierTask(configuration, images.training, augmentation, sharedBy: communicator).task {
    critic, count, batch in
    let figures = try CriticFigures(
      of: critic, on: images, first: count, batchSize: batch, sharedBy: communicator)
    return [
      Figure("held-out accuracy", figures.accuracy),
      Figure("held-out calibration error", figures.calibrationError),
      Figure("originals told from reconstructions", figures.softnessAccuracy),
    ]
  }
}

/// What trainings of classifiers have in common.
private struct ClassifierTask {
  private let settings: TrainingSettings
  private let classifier: Classifier
  private let batches: TrainingBatches
  private let shape: ImageShape
  private let communicator: any Communicator

  init(
    _ configuration: TrainedConfiguration<ClassifierConfiguration>, _ training: any ImageDataset,
    _ augmentation: Augmentation, sharedBy communicator: any Communicator
  ) {
    settings = configuration.training
    classifier = Classifier(
      configuration.model, start: .random(Randomness(seed: settings.seed).stream("weights")))
    batches = TrainingBatches(
      training, settings, augmentation: augmentation, sharedBy: communicator)
    shape = training.shape
    self.communicator = communicator
  }

  /// The task, validated by `validate` on the first `count` held-out images, `batch` at a time.
  func task(
    validate: @escaping (_ classifier: Classifier, _ count: Int, _ batch: Int) throws -> [Figure]
  ) -> TrainingTask {
    let batch = settings.validationBatch(of: shape)
    return TrainingTask(
      title: "train-classifier", parameters: classifier.parameters, settings: settings,
      sharedBy: communicator, aim: .larger, validationBatch: batch, begin: batches.begin,
      step: { [classifier, batches, shape] _, pass, _ in
        let batch = try batches.next()
        return .init(
          loss: classifier.loss(of: batch.tensor(of: shape), labels: batch.labels, in: pass))
      },
      validate: { [classifier] count in try validate(classifier, count, batch) })
  }
}
