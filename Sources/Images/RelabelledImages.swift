/// A dataset whose classes are numbered as those of others are, by their names.
public struct RelabelledImages: ImageDataset {
  /// The names of the classes, of which the images may have some.
  public let classNames: [String]
  private let base: any ImageDataset
  private let labels: [Int]

  /// The images of `base`, with the numbers that their classes have among `classNames`; nil if `base` is
  /// unlabelled or has a class that is not among them.
  public init?(_ base: any ImageDataset, as classNames: [String]) {
    let labels = base.classNames.compactMap { classNames.firstIndex(of: $0) }
    guard !labels.isEmpty, labels.count == base.classNames.count else { return nil }
    (self.classNames, self.base, self.labels) = (classNames, base, labels)
  }

  /// The number of images.
  public var count: Int { base.count }
  /// The shape all images have.
  public var shape: ImageShape { base.shape }
  /// What lay beside the images.
  public var passedOver: [String] { base.passedOver }

  /// The number that the class of the image has among `classNames`.
  public func label(at index: Int) -> Int? { base.label(at: index).map { labels[$0] } }

  /// What the image is called.
  public func name(at index: Int) -> String { base.name(at: index) }

  /// The picture that the image was made of; throws as the dataset.
  public func picture(at index: Int) throws -> Image { try base.picture(at: index) }

  /// Writes the image, `[height, width, channels]`, to the start of `buffer`; throws as the dataset.
  public func readImage(at index: Int, into buffer: UnsafeMutableBufferPointer<UInt8>) throws {
    try base.readImage(at: index, into: buffer)
  }
}
