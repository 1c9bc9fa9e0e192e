import Images
import Models
import Tensors

/// A picture, and what a model makes of it.
public struct ReconstructedPicture: Sendable {
  /// An image that stands for the picture, and how well it does.
  public struct View: Sendable {
    /// What it is: "reconstruction".
    public let name: String
    /// The image.
    public let image: Image
    /// How well it stands for the picture.
    public let quality: ImageQuality
  }

  /// The picture.
  public let original: Image
  /// What was encoded, where noise was added to it; the reconstruction; and where there are several levels
  /// of codes what the decoder makes of each level alone, from the top.
  public let views: [View]

  /// Which of the views is the reconstruction.
  public static let reconstruction = "reconstruction"
}

/// Encodes and decodes all pictures of a data set, whose shape must be the model's, in order.
///
/// - Parameters:
///   - noise: the standard deviation of the noise that is added to a picture before it is encoded, of pixels
///     in [0, 1]; what it leads beyond black or white is cut off.
///   - seed: what the noise comes from; that of a picture is a function of the seed and its number alone.
///   - visit: called with each picture and what became of it.
/// - Throws: what the data set and `visit` throw.
public func reconstructPictures(
  of dataset: any ImageDataset, by model: Reconstructor, noise: Float = 0, seed: UInt64 = 0,
  visit: (ReconstructedPicture) throws -> Void
) throws {
  let randomness = Randomness(seed: seed).stream("noise")
  var done = 0
  try forEachBatch(of: dataset) { batch in
    var images = batch.tensor(of: dataset.shape)
    var views: [(name: String, images: [Image])] = []
    if noise > 0 {
      images.addNoise(noise, of: (0..<batch.count).map { randomness.stream(done + $0) })
      views.append(("noisy", images.images()))
    }
    views += model.views(of: images).map { ($0.name, $0.images.images()) }
    for picture in compare(batch.images(of: dataset.shape), views) { try visit(picture) }
    done += batch.count
  }
}

extension Tensor {
  /// Adds noise to images in [-1, 1], one stream for each, and rounds them to what bytes can say.
  fileprivate mutating func addNoise(_ deviation: Float, of streams: [Randomness]) {
    let size = count / streams.count
    withMutableElements { elements in
      for (image, stream) in streams.enumerated() {
        for (offset, normal) in stream.normals(size).enumerated() {
          elements[image * size + offset] += 2 * deviation * normal
        }
      }
    }
    self = roundedToBytes()
  }
}

/// Measures all views of all images, on all threads.
private func compare(
  _ originals: [Image], _ views: [(name: String, images: [Image])]
) -> [ReconstructedPicture] {
  var pictures = [ReconstructedPicture?](repeating: nil, count: originals.count)
  pictures.withUnsafeMutableBufferPointer { pictures in
    ThreadPool.shared.perform(originals.count) { index in
      let original = originals[index]
      pictures[index] = ReconstructedPicture(
        original: original,
        views: views.map {
          .init(
            name: $0.name, image: $0.images[index],
            quality: ImageQuality(of: $0.images[index], to: original))
        })
    }
  }
  return pictures.compactMap { $0 }
}
