import Images
import Models
import Tensors

/// The image of a dataset that is most like another image.
public struct NearestImage: Codable, Hashable, Sendable {
  /// Its number in the dataset.
  public var index: Int
  /// The root of the mean squared difference of pixels in [0, 1]: 0 for a copy.
  public var distance: Double

  /// The image `index` of a dataset at the given distance.
  public init(index: Int, distance: Double) {
    self.index = index
    self.distance = distance
  }
}

/// Of each image the nearest of a dataset of the same shape, the first of equals, so that copies show.
///
/// The dataset is read once, a batch at a time. Images with more than 32 pixels a side are compared
/// reduced to at most 32. Throws what the dataset throws.
///
/// - Parameter progress: called with the number of images of the dataset that were looked at.
public func nearestImages(
  to images: [Image], in dataset: any ImageDataset, progress: (Int) -> Void = { _ in }
) throws -> [NearestImage] {
  guard !images.isEmpty else { return [] }
  let samples = PointSet(images.map(reduced))
  var nearest = images.map { _ in (index: 0, distance: Float.infinity) }
  var start = 0
  try forEachBatch(of: dataset, size: 1024) { batch in
    let size = dataset.shape.byteCount
    let originals = PointSet(
      (0..<batch.count).map { index in
        reduced(
          Image(
            shape: dataset.shape,
            bytes: Array(batch.pixels[index * size..<(index + 1) * size])))
      })
    samples.forEachPoint(
      0..<images.count, distancesTo: originals, slack: PointSet.roundingSlack,
      makeState: { [(image: Int, index: Int, distance: Float)]() },
      visit: { found, image, distances in
        var best = (index: 0, distance: Float.infinity)
        for index in distances.indices where distances[index] < best.distance {
          best = (index, distances[index])
        }
        if best.distance < nearest[image].distance {
          found.append((image, start + best.index, best.distance))
        }
      },
      merge: { found in
        for (image, index, distance) in found { nearest[image] = (index, distance) }
      })
    start += batch.count
    progress(start)
  }
  let channels = Float(samples.points.channels)
  return nearest.map {
    // Pixels lie in [-1, 1], where differences are twice as large.
    NearestImage(
      index: $0.index, distance: Double((max($0.distance, 0) / channels).squareRoot() / 2))
  }
}

private func reduced(_ image: Image) -> Image {
  let largest = max(image.height, image.width)
  guard largest > 32 else { return image }
  return image.resized(
    toFill: ImageSize(
      height: max(1, image.height * 32 / largest), width: max(1, image.width * 32 / largest)))
}

extension PointSet {
  fileprivate init(_ images: [Image]) {
    let shape = images[0].shape
    let pixels = Tensor(imageBytes: images.flatMap(\.bytes), shape: shape)
      .reshaped(to: [images.count, shape.byteCount])
    self.init(
      pixels, origin: [Float](repeating: 0, count: shape.byteCount))
  }
}
