import Communication
import Images
import Models

/// One process's shares of the parts of a training's batches in their order, from any step on, decoded
/// ahead of need.
final class TrainingBatches {
  private let dataset: any ImageDataset
  private let settings: TrainingSettings
  private let augmentation: Augmentation?
  private let communicator: any Communicator
  private var loader: ImageLoader?

  init(
    _ dataset: any ImageDataset, _ settings: TrainingSettings, augmentation: Augmentation? = nil,
    sharedBy communicator: any Communicator
  ) {
    self.dataset = dataset
    self.settings = settings
    self.augmentation = augmentation
    self.communicator = communicator
  }

  /// Starts after `steps` steps.
  func begin(after steps: Int) {
    let first = settings.positions(ofPart: steps * settings.parts, sharedBy: communicator)
    loader = ImageLoader(
      dataset, order: DataOrder(count: dataset.count, seed: settings.seed, shuffled: true),
      batchSize: first.count, spacing: settings.partSize, startPosition: first.lowerBound,
      augmentation: augmentation)
  }

  /// The share of the next part of a step's batch.
  func next() throws -> Batch {
    guard let batch = try loader?.next() else {
      preconditionFailure("training batches do not end")
    }
    return batch
  }
}
