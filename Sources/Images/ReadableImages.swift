import Foundation
import Tensors

extension ImageDataset {
  /// The images that can be read, numbered anew, and what is wrong with the others.
  ///
  /// Reads every image once, on all threads.
  ///
  /// - Parameter progress: called with the number of images read; what it throws ends the reading.
  /// - Returns: the dataset itself if all can be read.
  /// - Throws: what `progress` throws; the first error if no image can be read.
  public func readableImages(
    progress: (Int) throws -> Void
  ) throws -> (dataset: any ImageDataset, errors: [ImageError]) {
    var errors: [Int: ImageError] = [:]
    let block = 1024
    for start in stride(from: 0, to: count, by: block) {
      let end = min(start + block, count)
      errors.merge(self.errors(of: start..<end)) { first, _ in first }
      try progress(end)
    }
    let sorted = errors.sorted { $0.key < $1.key }.map(\.value)
    if errors.isEmpty { return (self, []) }
    if errors.count == count, let first = sorted.first { throw first }
    return (Subset(of: self, at: (0..<count).filter { errors[$0] == nil }), sorted)
  }

  private func errors(of images: Range<Int>) -> [Int: ImageError] {
    let lock = NSLock()
    var errors: [Int: ImageError] = [:]
    ThreadPool.shared.split(images.count, grain: 16) { range in
      let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: shape.byteCount)
      defer { buffer.deallocate() }
      for index in range.map({ images.lowerBound + $0 }) {
        do {
          try readImage(at: index, into: buffer)
        } catch {
          let reason =
            error as? ImageError
            ?? ImageError(name(at: index), "cannot be read: \(error)", remedy: "export it again")
          lock.withLock { errors[index] = reason }
        }
      }
    }
    return errors
  }
}
