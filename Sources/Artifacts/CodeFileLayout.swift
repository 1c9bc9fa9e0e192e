/// One level of a hierarchy of codes.
public struct CodeLevel: Hashable, Codable, Sendable {
  /// The level's name, which is also its tensor's: "top".
  public let name: String
  /// The number of rows of codes in an image.
  public let height: Int
  /// The number of codes in a row.
  public let width: Int
  /// The number of codes there are: each is from 0 up to this, at most 65,536.
  public let codebookSize: Int

  /// A level of `height` × `width` codes, each below `codebookSize`.
  public init(name: String, height: Int, width: Int, codebookSize: Int) {
    self.name = name
    self.height = height
    self.width = width
    self.codebookSize = codebookSize
  }

  /// The number of codes in an image.
  public var codesPerImage: Int { height * width }
}

/// What a code file says of its codes besides the codes.
public struct CodeFileLayout: Equatable, Codable, Sendable {
  /// The levels, from the top down.
  public let levels: [CodeLevel]
  /// The names of the classes, which labels index; empty if the images are unlabelled.
  public let classNames: [String]
  /// The shape of an image the codes decode to: height, width, channels.
  public let imageShape: [Int]
  /// How many altered copies of itself follow each picture; nil for none.
  public let copies: Int?

  /// A layout of at least one level, with unique names other than "labels".
  public init(levels: [CodeLevel], classNames: [String], imageShape: [Int], copies: Int = 0) {
    self.levels = levels
    self.classNames = classNames
    self.imageShape = imageShape
    self.copies = copies > 0 ? copies : nil
  }

  /// The number of images that show one picture: itself and its copies.
  public var imagesPerPicture: Int { 1 + (copies ?? 0) }

  /// Which of `total` images are a shard's: those of its pictures, with all their copies.
  public func share(_ shard: Shard, of total: Int) -> Range<Int> {
    let pictures = shard.share(of: total / imagesPerPicture)
    return pictures.lowerBound * imagesPerPicture..<pictures.upperBound * imagesPerPicture
  }

  /// The name of the tensor of labels.
  public static let labels = "labels"
  /// The label of an image of no known class.
  static let unlabelled: Int32 = -1

  /// The tensors of codes and labels that a file of `count` images has.
  public func tensors(count: Int) -> [TensorDescription] {
    levels.map { level in
      TensorDescription(
        name: level.name, dataType: .uint16, shape: [count, level.height, level.width])
    } + [TensorDescription(name: Self.labels, dataType: .int32, shape: [count])]
  }

  /// Whether the numbers make sense, whoever wrote them: 1 to 8 levels with names of their own, and
  /// no map, codebook or image larger than 65,536; nor as many copies.
  public var isPossible: Bool {
    let sizes = 1...65_536
    let levelsFit = levels.allSatisfy {
      sizes.contains($0.height) && sizes.contains($0.width) && sizes.contains($0.codebookSize)
    }
    let imageFits = imageShape.count == 3 && imageShape.allSatisfy(sizes.contains)
    let copiesFit = copies.map(sizes.contains) ?? true
    let names = Set(levels.map(\.name) + [Self.labels])
    return levelsFit && imageFits && copiesFit && (1...8).contains(levels.count)
      && names.count == levels.count + 1
  }

  /// The first code outside its codebook and the image it is in, counted from 0; nil if all fit.
  public func firstStray(in codes: [UInt16], of level: CodeLevel) -> (image: Int, code: UInt16)? {
    guard let stray = codes.firstIndex(where: { Int($0) >= level.codebookSize }) else { return nil }
    return (stray / level.codesPerImage, codes[stray])
  }

  /// The image of the first label that is no class, counted from 0; nil if all fit.
  public func firstStrayLabel(in labels: [Int32]) -> Int? {
    labels.firstIndex { $0 < Self.unlabelled || Int($0) >= classNames.count }
  }
}
