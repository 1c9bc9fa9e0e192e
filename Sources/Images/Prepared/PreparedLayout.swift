import Artifacts

/// What a file of prepared images says of them besides the images: its configuration.
struct PreparedLayout: Codable, Equatable, Sendable {
  /// Height, width, channels.
  let imageShape: [Int]
  /// The names of the classes, which labels index; empty if the images are unlabelled.
  let classNames: [String]
  /// The digest of the labels and names of all images, of all shards together.
  let index: String
  /// How copies among the images were altered; nil where there are none.
  let alteration: String?

  /// The shape all images have; nil where the numbers are not those of one.
  var shape: ImageShape? {
    guard imageShape.count == 3, imageShape[2] == 1 || imageShape[2] == 3,
      let size = try? ImageSize(announcedBy: "", height: imageShape[0], width: imageShape[1])
    else { return nil }
    return ImageShape(size: size, channels: imageShape[2])
  }

  /// The tensors of a file of `count` images whose names have `nameBytes` bytes.
  func tensors(count: Int, nameBytes: Int) -> [TensorDescription] {
    let labels = TensorDescription(name: Self.labels, dataType: .int32, shape: [count])
    return (classNames.isEmpty ? [] : [labels]) + [
      TensorDescription(name: Self.names, dataType: .uint8, shape: [nameBytes]),
      TensorDescription(name: Self.checksums, dataType: .int32, shape: [count]),
      TensorDescription(name: Self.images, dataType: .uint8, shape: [count] + imageShape),
    ]
  }

  /// The class of each image, where there are classes.
  static let labels = "labels"
  /// What each image is called, in UTF-8, each followed by a NUL: a header has no room for a million.
  static let names = "names"
  /// The CRC-32 of each image, the bits of an unsigned number.
  static let checksums = "checksums"
  /// The images, `[images, height, width, channels]`.
  static let images = "images"
}

/// The labels and names of some images, as they are stored.
struct PreparedIndex {
  /// The class of each image; empty when unlabelled.
  private(set) var labels: [Int32] = []
  /// The name of each image in UTF-8, followed by a NUL.
  private(set) var names: [UInt8] = []

  /// Those of the images of `sequence` with the numbers `range`.
  init(of sequence: any ImageSequence, _ range: Range<Int>) {
    for index in range {
      if let label = sequence.label(at: index) { labels.append(Int32(label)) }
      names += sequence.name(at: index).utf8
      names.append(0)
    }
  }

  /// Those that are stored.
  init(labels: [Int32], names: [UInt8]) {
    (self.labels, self.names) = (labels, names)
  }

  /// The digest that a layout has.
  var digest: String {
    var digest = SHA256()
    labels.withUnsafeBytes { digest.update($0) }
    digest.update("labels before, names behind")
    names.withUnsafeBytes { digest.update($0) }
    return digest.finish()
  }
}
