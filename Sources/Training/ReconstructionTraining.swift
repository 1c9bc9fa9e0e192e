import Artifacts
import Communication
import Images
import Models
import NeuralNetworks
import Tensors

/// What the trainings of models that reconstruct images have in common; stage one and its baselines.
struct ReconstructionTraining {
  private let settings: TrainingSettings
  private let heldOut: Subset
  private let batches: TrainingBatches
  private let shape: ImageShape
  private let communicator: any Communicator

  /// How the weights of a model begin.
  let start: ParameterStore.Start

  /// A training on a dataset, by one process or several; throws what the dataset throws.
  init(
    _ settings: TrainingSettings, on dataset: any ImageDataset, augmentation: Augmentation?,
    sharedBy communicator: any Communicator
  ) throws {
    self.settings = settings
    self.communicator = communicator
    shape = dataset.shape
    start = .random(Randomness(seed: settings.seed).stream("weights"))
    let split = try dataset.split(holdOut: settings.heldOut, seed: settings.seed)
    heldOut = split.heldOut
    batches = TrainingBatches(
      split.training, settings, augmentation: augmentation, sharedBy: communicator)
  }

  /// The task of a model.
  ///
  /// - Parameters:
  ///   - step: one part of a step, by number: the forward pass of some images.
  ///   - validate: figures of the model on some of the held-out images, so many at a time.
  ///   - reconstruct: what the model makes of images, both [images, height, width, channels].
  func task(
    training parameters: ParameterStore, against opponent: TrainingTask.Opponent? = nil,
    aim: TrainingTask.Aim?,
    step:
      @escaping (
        _ images: Tensor, _ part: Int, _ pass: ForwardPass, _ randomness: Randomness
      ) throws -> TrainingTask.Step,
    validate: @escaping (_ images: Subset, _ batch: Int) throws -> [Figure],
    reconstruct: @escaping (Tensor) -> Tensor
  ) -> TrainingTask {
    let batch = settings.validationBatch(of: shape)
    return TrainingTask(
      title: "train-vqvae", parameters: parameters, opponent: opponent, settings: settings,
      sharedBy: communicator, aim: aim, validationBatch: batch, begin: batches.begin,
      step: { [batches, shape] part, pass, randomness in
        try step(batches.next().tensor(of: shape), part, pass, randomness)
      },
      validate: { [heldOut] count in try validate(Subset(of: heldOut, at: 0..<count), batch) },
      sheet: .reconstructions(of: heldOut, batchSize: batch, by: reconstruct))
  }
}
