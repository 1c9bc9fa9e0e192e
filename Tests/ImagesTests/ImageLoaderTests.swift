import Foundation
import Images
import Synchronization
import Testing

/// Images of one row and two columns whose samples are their number; one of them may be broken.
private final class NumberedImages: ImageDataset {
  let count: Int
  let shape = ImageShape(size: ImageSize(height: 1, width: 2), channels: 1)
  let classNames: [String]
  let broken: Int?
  let reads = Atomic<Int>(0)

  struct Broken: Error, Equatable {
    let index: Int
  }

  init(count: Int, isLabelled: Bool = true, broken: Int? = nil) {
    self.count = count
    classNames = isLabelled ? ["even", "odd"] : []
    self.broken = broken
  }

  func label(at index: Int) -> Int? { classNames.isEmpty ? nil : index % 2 }

  func readImage(at index: Int, into buffer: UnsafeMutableBufferPointer<UInt8>) throws {
    reads.add(1, ordering: .relaxed)
    if index == broken { throw Broken(index: index) }
    // Late images of a batch must not overtake early ones, however long each takes.
    if index % 5 == 0 { Thread.sleep(forTimeInterval: 0.001) }
    buffer.update(repeating: UInt8(index))
  }
}

@Suite("Loading batches")
struct ImageLoaderTests {
  private func all(_ loader: ImageLoader) throws -> [Batch] {
    var batches: [Batch] = []
    while let batch = try loader.next() { batches.append(batch) }
    return batches
  }

  @Test("Batches follow the order, across epochs, whatever the threads", arguments: [1, 2, 7])
  func order(threads: Int) throws {
    let dataset = NumberedImages(count: 23)
    let order = DataOrder(count: 23, seed: 9, shuffled: true)
    let loader = ImageLoader(
      dataset, order: order, batchSize: 4, startPosition: 6, count: 50, threads: threads)
    let batches = try all(loader)
    #expect(batches.map(\.count) == [Int](repeating: 4, count: 12) + [2])
    let indices = (6..<56).map { order[$0] }
    #expect(batches.flatMap(\.indices) == indices)
    #expect(batches.flatMap(\.pixels) == indices.flatMap { [UInt8($0), UInt8($0)] })
    #expect(batches.flatMap(\.labels) == indices.map { Int32($0 % 2) })
    #expect(try loader.next() == nil)
  }

  @Test("Loaders that share every batch have all of it, and no image twice", arguments: [1, 2, 3])
  func sharing(loaders: Int) throws {
    let dataset = NumberedImages(count: 23)
    let order = DataOrder(count: 23, seed: 9, shuffled: true)
    let size = 6 / loaders
    let shares = try (0..<loaders).map { number in
      let loader = ImageLoader(
        dataset, order: order, batchSize: size, spacing: 6, startPosition: 12 + number * size)
      return try (0..<9).map { _ in try #require(try loader.next()).indices }
    }
    for batch in 0..<9 {
      #expect(shares.flatMap { $0[batch] } == (12 + 6 * batch..<18 + 6 * batch).map { order[$0] })
    }
  }

  @Test("A resumed loader goes on where another stopped")
  func resumption() throws {
    let dataset = NumberedImages(count: 23)
    let order = DataOrder(count: 23, seed: 9, shuffled: true)
    let augmentation = Augmentation(seed: 4, shift: 1, flipsHorizontally: true)
    let whole = ImageLoader(dataset, order: order, batchSize: 5, augmentation: augmentation)
    let resumed = ImageLoader(
      dataset, order: order, batchSize: 5, startPosition: 20, augmentation: augmentation)
    for _ in 0..<4 { _ = try whole.next() }
    for _ in 0..<10 {
      let batch = try #require(try whole.next())
      #expect(try resumed.next() == batch)
    }
  }

  @Test("Unlabelled images have label -1")
  func unlabelled() throws {
    let order = DataOrder(count: 3, seed: 0, shuffled: false)
    let loader = ImageLoader(
      NumberedImages(count: 3, isLabelled: false), order: order, batchSize: 3)
    #expect(try loader.next()?.labels == [-1, -1, -1])
  }

  @Test("An error arrives with its batch, after the ones before it", arguments: [1, 3])
  func errors(threads: Int) throws {
    let order = DataOrder(count: 20, seed: 0, shuffled: false)
    let loader = ImageLoader(
      NumberedImages(count: 20, broken: 13), order: order, batchSize: 4, threads: threads)
    for start in [0, 4, 8] {
      #expect(try loader.next()?.indices == Array(start..<start + 4))
    }
    #expect(throws: NumberedImages.Broken(index: 13)) { try loader.next() }
    #expect(throws: NumberedImages.Broken(index: 13)) { try loader.next() }
  }

  @Test("Reading ahead is bounded")
  func bound() throws {
    let dataset = NumberedImages(count: 1000)
    let order = DataOrder(count: 1000, seed: 0, shuffled: false)
    let loader = ImageLoader(dataset, order: order, batchSize: 10, threads: 2)
    _ = try loader.next()
    Thread.sleep(forTimeInterval: 0.3)
    #expect(dataset.reads.load(ordering: .relaxed) == 50)
    withExtendedLifetime(loader) {}
  }

  @Test("The threads end when the loader is released")
  func release() throws {
    weak var watched: NumberedImages?
    try {
      let dataset = NumberedImages(count: 100)
      watched = dataset
      let order = DataOrder(count: 100, seed: 0, shuffled: true)
      let loader = ImageLoader(dataset, order: order, batchSize: 10, threads: 3)
      _ = try loader.next()
    }()
    let deadline = Date(timeIntervalSinceNow: 10)
    while watched != nil && Date() < deadline { Thread.sleep(forTimeInterval: 0.01) }
    #expect(watched == nil)
  }
}
