import Images

/// The parts of a training's batches in their order, from any step on, decoded ahead of need.
final class TrainingBatches {
  private let dataset: any ImageDataset
  private let settings: TrainingSettings
  private let augmentation: Augmentation?
  private var loader: ImageLoader?

  init(
    _ dataset: any ImageDataset, _ settings: TrainingSettings, augmentation: Augmentation? = nil
  ) {
    self.dataset = dataset
    self.settings = settings
    self.augmentation = augmentation
  }

  /// Starts after `steps` steps.
  func begin(after steps: Int) {
    loader = ImageLoader(
      dataset, order: DataOrder(count: dataset.count, seed: settings.seed, shuffled: true),
      batchSize: settings.partSize, startPosition: steps * settings.batchSize,
      augmentation: augmentation)
  }

  /// The next part of a step's batch.
  func next() throws -> Batch {
    guard let batch = try loader?.next() else {
      preconditionFailure("training batches do not end")
    }
    return batch
  }
}

/// Calls `body` with all images of a dataset, in order, in batches of up to `size`.
public func forEachBatch(
  of dataset: any ImageDataset, size: Int, _ body: (Batch) throws -> Void
) throws {
  let loader = ImageLoader(
    dataset, order: DataOrder(count: dataset.count, seed: 0, shuffled: false), batchSize: size,
    count: dataset.count)
  while let batch = try loader.next() { try body(batch) }
}

/// How many images go through a model at a time where nothing is learned: 64 of up to 64×64 pixels,
/// fewer of larger ones, so that memory does not grow with their size; at least 1.
public func inferenceBatchSize(of shape: ImageShape) -> Int {
  max(1, min(64, 64 * 64 * 64 / (shape.height * shape.width)))
}
