import Foundation
import Tensors

/// Numbered images of one shape, perhaps with classes, that are read one after the other.
public protocol ImageSequence: Sendable {
  /// The number of images, at least 1.
  var count: Int { get }
  /// The shape all images have.
  var shape: ImageShape { get }
  /// The names of the classes by label; empty when unlabelled.
  var classNames: [String] { get }
  /// What lay beside the images and is not among them, in phrases for people: "12 .txt, 3 .gif".
  var passedOver: [String] { get }

  /// The class of the image `index`, in `0..<classNames.count`; nil when unlabelled.
  func label(at index: Int) -> Int?

  /// What the image `index` is called among the others: its file, or its number.
  func name(at index: Int) -> String

  /// Reads the images whose numbers are wanted, on all threads, and calls `body` with the number of each
  /// and its bytes, `[height, width, channels]`, or what is wrong with it.
  ///
  /// They come in the order they lie in, which need not be that of their numbers. Throws what `body`
  /// throws, and an `ImageError` where nothing more can be read.
  func forEachImage(
    where isWanted: (Int) -> Bool,
    _ body: (Int, Result<[UInt8], ImageError>) throws -> Void) throws

  /// The images without those that have the numbers `left`, of which there must be fewer than all; they
  /// are numbered anew.
  func leavingOut(_ left: Set<Int>) -> any ImageSequence
}

extension ImageSequence {
  /// Nothing, where only images can be.
  public var passedOver: [String] { [] }

  /// The number, where images have no names of their own.
  public func name(at index: Int) -> String { "image \(index)" }

  /// What is wrong with the images that cannot be read, by their numbers.
  ///
  /// Reads every image once, on all threads.
  ///
  /// - Parameter progress: called with the number of images read; what it throws ends the reading.
  /// - Throws: what `progress` throws; the first error if no image can be read.
  public func readingErrors(progress: (Int) throws -> Void) throws -> [Int: ImageError] {
    var (errors, done) = ([Int: ImageError](), 0)
    try forEachImage(where: { _ in true }) { index, result in
      if case .failure(let error) = result { errors[index] = error }
      done += 1
      try progress(done)
    }
    if errors.count == count, let first = errors.min(by: { $0.key < $1.key }) {
      throw first.value
    }
    return errors
  }
}

extension ImageDataset {
  /// Reads the images in the order of their numbers, as many at a time as there is room for.
  public func forEachImage(
    where isWanted: (Int) -> Bool,
    _ body: (Int, Result<[UInt8], ImageError>) throws -> Void
  ) throws {
    var block: [Int] = []
    for index in 0..<count {
      if isWanted(index) { block.append(index) }
      guard block.count == blockSize || index == count - 1 else { continue }
      let results = readConcurrently(block) { try image(at: block[$0]).bytes }
      for (index, result) in zip(block, results) { try body(index, result) }
      block.removeAll(keepingCapacity: true)
    }
  }

  /// A subset.
  public func leavingOut(_ left: Set<Int>) -> any ImageSequence {
    Subset(of: self, leavingOut: left)
  }
}

extension ImageSequence {
  /// How many images are read at a time: enough to keep all threads busy, in little memory.
  var blockSize: Int {
    max(min((32 << 20) / shape.byteCount, 1024), ThreadPool.shared.threadCount)
  }

  /// Reads the images with the numbers `indices` on all threads; `read` is called with places in them.
  func readConcurrently(
    _ indices: [Int], _ read: (_ place: Int) throws -> [UInt8]
  ) -> [Result<[UInt8], ImageError>] {
    let lock = NSLock()
    var results: [Int: Result<[UInt8], ImageError>] = [:]
    ThreadPool.shared.split(indices.count) { range in
      for place in range {
        let result = Result { try read(place) }.mapError {
          ImageError($0, about: name(at: indices[place]))
        }
        lock.withLock { results[place] = result }
      }
    }
    return indices.indices.compactMap { results[$0] }
  }
}
