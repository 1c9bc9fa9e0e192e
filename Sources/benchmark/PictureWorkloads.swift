import Artifacts
import Foundation
import Images
import Tensors

/// What reading a data set takes. JPEGs are those that pipelines/benchmark/pictures.py has made.
struct PictureWorkloads {
  private static let folder = "output/benchmark-pictures"

  /// All JPEGs in one of the folders, decoded and brought to 64×64, on all threads.
  static func reducing(_ name: String) throws -> Workload {
    let path = "\(folder)/\(name)"
    guard FileManager.default.fileExists(atPath: path) else {
      throw FileError(
        path, "is missing", remedy: "run pipelines/benchmark/pictures.py, which needs Pillow")
    }
    let pictures = try openDataset(
      path: path, labels: nil, size: ImageSize(square: 64), color: .color)
    return Workload(cost: .unknown) {
      try? pictures.forEachImage(where: { _ in true }) { _, image in _ = try image.get() }
    }
  }

  /// The batches of an epoch of 60,000 prepared images of 28×28, in random order, by a loop that does
  /// nothing with them.
  static func loading() throws -> Workload {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("benchmark-\(getpid()).safetensors").path
    try ImagePreparation(of: Digits(), to: path).finish { _ in }
    let images = try PreparedImages(path)
    // It is open, and goes with the process.
    unlink(path)
    return Workload(cost: .unknown) {
      let loader = ImageLoader(
        images, order: DataOrder(count: images.count, seed: 1, shuffled: true), batchSize: 128,
        count: images.count)
      while let batch = try? loader.next() {
        precondition(batch.count > 0, "a batch has images")
      }
    }
  }
}

/// As many images as MNIST has, of its size.
private struct Digits: ImageDataset {
  let count = 60_000
  let shape = ImageShape(size: ImageSize(square: 28), channels: 1)
  let classNames: [String] = []

  func label(at index: Int) -> Int? { nil }

  func readImage(at index: Int, into buffer: UnsafeMutableBufferPointer<UInt8>) {
    for place in 0..<shape.byteCount { buffer[place] = UInt8(truncatingIfNeeded: index + place) }
  }
}
