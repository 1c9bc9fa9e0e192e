/// Each image of a dataset followed by altered copies of itself.
public struct AugmentedCopies: ImageDataset {
  private let base: any ImageDataset
  private let copies: Int
  private let augmentation: Augmentation

  /// The images of `base`, each followed by `copies` copies, none or more, that `augmentation` alters.
  public init(of base: any ImageDataset, copies: Int, by augmentation: Augmentation) {
    precondition(copies >= 0, "there is no negative number of copies")
    self.base = base
    self.copies = copies
    self.augmentation = augmentation
  }

  /// What makes the copies what they are, besides the images.
  var alteration: String { "\(copies) copies by \(augmentation)" }

  /// The number of images and copies.
  public var count: Int { base.count * (copies + 1) }
  /// The shape all images have.
  public var shape: ImageShape { base.shape }
  /// The names of the classes.
  public var classNames: [String] { base.classNames }

  /// The class of the image at `index` or of which it is a copy; nil when unlabelled.
  public func label(at index: Int) -> Int? { base.label(at: index / (copies + 1)) }

  /// What lay beside the images.
  public var passedOver: [String] { base.passedOver }

  /// What the image at `index`, or the one it is a copy of, is called.
  public func name(at index: Int) -> String { base.name(at: index / (copies + 1)) }

  /// Writes the image, `[height, width, channels]`, to the start of `buffer`; throws as the dataset.
  public func readImage(at index: Int, into buffer: UnsafeMutableBufferPointer<UInt8>) throws {
    let picture = index / (copies + 1)
    if index.isMultiple(of: copies + 1) {
      try base.readImage(at: picture, into: buffer)
    } else {
      try augmentation.read(picture, of: base, position: index, into: buffer)
    }
  }
}
