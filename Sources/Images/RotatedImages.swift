/// Each image of a dataset four times, turned by quarters: its class is by how many.
///
/// Which way up a picture is can be told by a network that knows what it shows (arXiv 1803.07728), and
/// nobody has to sort the pictures for it.
public struct RotatedImages: ImageDataset {
  /// How often each image occurs.
  public static let turns = 4

  private let base: any ImageDataset

  /// The images of `base`, which are square: each as it is, then turned clockwise once, twice and three
  /// times.
  public init(of base: any ImageDataset) {
    precondition(base.shape.height == base.shape.width, "images that are turned are square")
    self.base = base
  }

  /// The number of images, turned ones included.
  public var count: Int { base.count * Self.turns }
  /// The shape all images have.
  public var shape: ImageShape { base.shape }
  /// The turns, in degrees.
  public var classNames: [String] { (0..<Self.turns).map { "\(90 * $0)°" } }

  /// By how many quarters the image is turned.
  public func label(at index: Int) -> Int? { index % Self.turns }

  /// What the image is called that was turned.
  public func name(at index: Int) -> String { base.name(at: index / Self.turns) }

  /// Writes the image, `[height, width, channels]`, to the start of `buffer`; throws as the dataset.
  public func readImage(at index: Int, into buffer: UnsafeMutableBufferPointer<UInt8>) throws {
    _ = buffer.update(
      fromContentsOf: turned(try base.image(at: index / Self.turns), at: index).bytes)
  }

  /// The picture that the image was made of, turned as it is; throws as the dataset.
  public func picture(at index: Int) throws -> Image {
    turned(try base.picture(at: index / Self.turns), at: index)
  }

  private func turned(_ image: Image, at index: Int) -> Image {
    image.turnedUpright(
      from: [.upright, .quarterTurn, .halfTurn, .threeQuarterTurn][index % Self.turns])
  }
}
