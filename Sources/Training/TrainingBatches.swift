import Communication
import Images

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

/// Calls `body` with all images of a dataset, in order, in batches of up to `size`, or else of
/// `inferenceBatchSize`; with some of these batches where several processes share them.
public func forEachBatch(
  of dataset: any ImageDataset, size: Int? = nil,
  sharedBy communicator: any Communicator = SoleProcess(), _ body: (Batch) throws -> Void
) throws {
  let size = size ?? inferenceBatchSize(of: dataset.shape)
  let share = communicator.share(of: dataset.count, inPiecesOf: size)
  let loader = ImageLoader(
    dataset, order: DataOrder(count: dataset.count, seed: 0, shuffled: false), batchSize: size,
    startPosition: share.lowerBound, count: share.count)
  while let batch = try loader.next() { try body(batch) }
}

/// How many images go through a model at a time where nothing is learned: 64 of up to 64×64 pixels,
/// fewer of larger ones, so that memory does not grow with their size; at least 1.
public func inferenceBatchSize(of shape: ImageShape) -> Int {
  max(1, min(64, 64 * 64 * 64 / (shape.height * shape.width)))
}
