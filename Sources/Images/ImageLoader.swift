import Foundation
import Tensors

/// Images read together, in the order of the data.
public struct Batch: Sendable, Equatable {
  /// The images end to end, `[images, height, width, channels]`.
  public var pixels: [UInt8]
  /// The class of each image, -1 when unlabelled.
  public var labels: [Int32]
  /// The number of each image in the dataset.
  public var indices: [Int]

  /// The number of images.
  public var count: Int { indices.count }
}

/// Reads batches ahead of whoever uses them, on threads of its own.
///
/// The batches are the same for any number of threads. The threads end when the loader is released.
public final class ImageLoader {
  private let queue: BatchQueue

  /// Starts reading `dataset` in `order`.
  ///
  /// - Parameters:
  ///   - batchSize: The number of images in a batch, at least 1; the last may have fewer.
  ///   - spacing: The positions from the beginning of a batch to that of the next, of which those beyond
  ///     the batch are left out; nil for none left out.
  ///   - startPosition: The position in the order to start from, counted from 0 across epochs.
  ///   - count: The number of images to deliver; nil for no end.
  ///   - augmentation: What is done to each image, keyed by its position.
  ///   - threads: The number of batches read at a time; as many more are kept ready.
  public init(
    _ dataset: any ImageDataset, order: DataOrder, batchSize: Int, spacing: Int? = nil,
    startPosition: Int = 0, count: Int? = nil, augmentation: Augmentation? = nil, threads: Int = 1
  ) {
    precondition(order.count == dataset.count, "the order is the dataset's")
    precondition(batchSize > 0 && threads > 0 && startPosition >= 0)
    let reader = BatchReader(
      dataset: dataset, order: order, batchSize: batchSize, spacing: spacing ?? batchSize,
      start: startPosition, end: count.map { startPosition + $0 }, augmentation: augmentation)
    let queue = BatchQueue(batchCount: reader.batchCount, capacity: 2 * threads)
    self.queue = queue
    for _ in 0..<threads {
      startThread { queue.work { try reader.read($0, while: queue.isOpen) } }
    }
  }

  deinit {
    queue.close()
  }

  /// The next batch, once it is read; nil after the last.
  ///
  /// Throws what went wrong reading the batch, and the same again from then on.
  public func next() throws -> Batch? {
    try queue.next()
  }
}

/// Reads any batch of an order, by number.
private struct BatchReader: Sendable {
  let dataset: any ImageDataset
  let order: DataOrder
  let batchSize: Int
  let spacing: Int
  let start: Int
  let end: Int?
  let augmentation: Augmentation?

  var batchCount: Int? {
    end.map { ($0 - start + spacing - 1) / spacing }
  }

  /// Reads batch `number`; what is left of it is skipped when `isWanted` turns false.
  func read(_ number: Int, while isWanted: () -> Bool) throws -> Batch {
    let first = start + number * spacing
    let positions = first..<min(first + batchSize, end ?? .max)
    let indices = positions.map { order[$0] }
    let labels = indices.map { Int32(dataset.label(at: $0) ?? -1) }
    let shape = dataset.shape
    var pixels = [UInt8](repeating: 0, count: positions.count * shape.byteCount)
    try pixels.withUnsafeMutableBufferPointer { buffer in
      for (place, position) in positions.enumerated() where isWanted() {
        let image = UnsafeMutableBufferPointer(
          rebasing: buffer[place * shape.byteCount..<(place + 1) * shape.byteCount])
        if let augmentation {
          try augmentation.read(indices[place], of: dataset, position: position, into: image)
        } else {
          try dataset.readImage(at: indices[place], into: image)
        }
      }
    }
    return Batch(pixels: pixels, labels: labels, indices: indices)
  }
}

/// Hands numbered batches from the threads that read them to the one that uses them, in order.
private final class BatchQueue: @unchecked Sendable {
  // The condition guards everything below it.
  private let condition = NSCondition()
  private let batchCount: Int?
  private let capacity: Int
  private var results: [Int: Result<Batch, any Error>] = [:]
  private var nextToRead = 0
  private var nextToDeliver = 0
  private var isClosed = false

  init(batchCount: Int?, capacity: Int) {
    self.batchCount = batchCount
    self.capacity = capacity
  }

  /// Reads batches, one after the other, until there are no more or the queue is closed.
  func work(_ read: (Int) throws -> Batch) {
    while let number = claim() {
      let result = Result { try read(number) }
      condition.withLock {
        results[number] = result
        condition.broadcast()
      }
    }
  }

  /// The number of a batch to read, once there is room for it.
  private func claim() -> Int? {
    condition.withLock {
      while !isClosed && nextToRead >= nextToDeliver + capacity { condition.wait() }
      if isClosed || nextToRead >= batchCount ?? .max { return nil }
      nextToRead += 1
      return nextToRead - 1
    }
  }

  func next() throws -> Batch? {
    try condition.withLock {
      if nextToDeliver >= batchCount ?? .max { return nil }
      while results[nextToDeliver] == nil { condition.wait() }
      // A failure stays in its place, so that it is met again and the reading stops behind it.
      let batch = try results[nextToDeliver]?.get()
      results[nextToDeliver] = nil
      nextToDeliver += 1
      condition.broadcast()
      return batch
    }
  }

  func isOpen() -> Bool {
    condition.withLock { !isClosed }
  }

  func close() {
    condition.withLock {
      isClosed = true
      condition.broadcast()
    }
  }
}
