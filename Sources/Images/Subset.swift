/// Some images of a dataset, numbered anew.
public struct Subset: ImageDataset {
  private let base: any ImageDataset
  private let indices: [UInt32]

  /// The images of `base` at `indices`, in that order; at least one, each below 2^32.
  public init(of base: any ImageDataset, at indices: some Sequence<Int>) {
    self.base = base
    self.indices = indices.map { UInt32($0) }
    precondition(!self.indices.isEmpty, "a dataset has at least one image")
  }

  /// The images of `base` but those with the numbers `left`, of which there must be fewer than all.
  public init(of base: any ImageDataset, leavingOut left: Set<Int>) {
    self.init(of: base, at: (0..<base.count).filter { !left.contains($0) })
  }

  /// The number of images.
  public var count: Int { indices.count }
  /// The shape all images have.
  public var shape: ImageShape { base.shape }
  /// The names of the classes of the whole dataset.
  public var classNames: [String] { base.classNames }
  /// What lay beside the images of the whole dataset.
  public var passedOver: [String] { base.passedOver }

  /// The number the image `index` has in the whole dataset.
  public func baseIndex(at index: Int) -> Int { Int(indices[index]) }

  /// What the image is called in the whole dataset.
  public func name(at index: Int) -> String { base.name(at: baseIndex(at: index)) }

  /// The class of the image, or nil when unlabelled.
  public func label(at index: Int) -> Int? { base.label(at: baseIndex(at: index)) }

  /// The picture that the image was made of; throws as `base`.
  public func picture(at index: Int) throws -> Image { try base.picture(at: baseIndex(at: index)) }

  /// Writes the image, `[height, width, channels]`, to the start of `buffer`; throws as `base`.
  public func readImage(at index: Int, into buffer: UnsafeMutableBufferPointer<UInt8>) throws {
    try base.readImage(at: baseIndex(at: index), into: buffer)
  }
}

extension ImageDataset {
  /// Splits off `holdOut` images, drawn at random by `seed`; both parts keep their order.
  ///
  /// Throws an `ImageError` unless at least one image is held out and one is left.
  public func split(holdOut: Int, seed: UInt64) throws -> (training: Subset, heldOut: Subset) {
    guard holdOut > 0, holdOut < count else {
      throw ImageError(
        "--held-out", "\(holdOut) cannot be taken from \(count) images",
        remedy: "hold out at least 1 and at most \(count - 1)")
    }
    let permutation = Permutation(count: count, key: seed)
    return (
      Subset(of: self, at: (0..<count).lazy.filter { permutation[$0] >= holdOut }),
      Subset(of: self, at: (0..<count).lazy.filter { permutation[$0] < holdOut })
    )
  }
}
