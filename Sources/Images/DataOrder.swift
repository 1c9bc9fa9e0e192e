/// The endless order in which training meets the images of a dataset.
///
/// Positions count images across epochs; every epoch holds each image once. Any position is
/// computed directly, in constant time and memory, so a training resumes anywhere.
public struct DataOrder: Hashable, Sendable {
  /// The number of images in the dataset, at least 1.
  public let count: Int
  /// The seed of the shuffling.
  public let seed: UInt64
  /// Whether each epoch has a random order of its own; if not, each goes from first to last.
  public let isShuffled: Bool

  /// The order of `count` images, at least 1.
  public init(count: Int, seed: UInt64, shuffled: Bool) {
    precondition(count > 0, "a dataset has at least one image")
    self.count = count
    self.seed = seed
    isShuffled = shuffled
  }

  /// The index of the image at a position, counted from 0 across epochs.
  public subscript(position: Int) -> Int {
    let (epoch, place) = position.quotientAndRemainder(dividingBy: count)
    guard isShuffled else { return place }
    var random = SplitMix64(seed: seed, counter: UInt64(epoch))
    return Permutation(count: count, key: random.next())[place]
  }
}
