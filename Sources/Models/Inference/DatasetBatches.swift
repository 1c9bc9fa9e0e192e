import Communication
import Images

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
