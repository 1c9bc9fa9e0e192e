#if Archives
  /// The pictures in an archive, tar or zip, compressed or not, read without unpacking it.
  ///
  /// Classes are what a table says, or members `KEY.cls` beside `KEY.jpg`, or the folders in it. The members
  /// may be in any order: images are numbered as if the archive had been unpacked. Names that lead out of
  /// it, links, and all but the first of several members of one name are passed over and named.
  public struct ArchiveImages: ImageSequence {
    /// The shape all images have.
    public let shape: ImageShape
    private let path: FilePath
    private let index: ArchiveIndex
    private let resizes: Bool

    /// Opens the archive at `path`, with at least one picture, and goes through it once.
    ///
    /// With a `size`, images are scaled to fill it and cropped in the middle; without, all must be of one.
    ///
    /// - Parameters:
    ///   - table: says the classes, and which pictures are meant.
    ///   - toleratesBadImages: whether an archive is opened though images cannot be read.
    ///   - indexing: called now and then with the number of members so far.
    /// - Throws: an `ImageError` that names the archive if it is damaged, beyond the limits or without a
    ///   picture, or does not make the classes clear.
    public init(
      _ path: String, table: LabelTable? = nil, size: ImageSize?, color: ColorMode,
      toleratesBadImages: Bool = false, indexing: (Int) -> Void = { _ in }
    ) throws {
      let file = FilePath(path)
      let listing = try ArchiveListing(
        file, readsClasses: table == nil, looksForSize: size == nil,
        toleratesBadImages: toleratesBadImages, progress: indexing)
      index = try ArchiveIndex(listing, of: path, table: table)
      guard let size = size ?? listing.firstSize else {
        throw ImageError(
          path, "holds no picture that can be read", remedy: "copy or make the archive again")
      }
      self.path = file
      resizes = listing.firstSize == nil
      shape = ImageShape(size: size, channels: color.channels)
    }

    private init(_ base: ArchiveImages, _ index: ArchiveIndex) {
      (path, shape, resizes) = (base.path, base.shape, base.resizes)
      self.index = index
    }

    /// The number of images.
    public var count: Int { index.names.count }
    /// The names of the classes, sorted; empty when the images are unlabelled.
    public var classNames: [String] { index.classNames }
    /// The members that are no pictures or passed over, and what a table leaves out.
    public var passedOver: [String] { index.passedOver }

    /// The class of the image, or nil when unlabelled.
    public func label(at index: Int) -> Int? {
      self.index.labels.isEmpty ? nil : Int(self.index.labels[index])
    }

    /// The path of the image in the archive, without a folder that all are in.
    public func name(at index: Int) -> String { self.index.names.text(at: index) }

    /// The images without those that have the numbers `left`, of which there must be fewer than all.
    public func leavingOut(_ left: Set<Int>) -> any ImageSequence {
      ArchiveImages(self, index.leavingOut(left))
    }

    /// Reads the images in the order of the members, some at a time.
    public func forEachImage(
      where isWanted: (Int) -> Bool,
      _ body: (Int, Result<[UInt8], ImageError>) throws -> Void
    ) throws {
      let reader = try ArchiveReader(path)
      var (block, size, place) = ([(number: Int, file: Result<[UInt8], ImageError>)](), 0, 0)
      func decodeBlock() throws {
        let results = readConcurrently(block.map(\.number)) {
          try decoded(block[$0].file.get(), as: block[$0].number)
        }
        for ((number, _), result) in zip(block, results) { try body(number, result) }
        (block, size) = ([], 0)
      }
      while let member = try reader.next() {
        guard place < index.numbers.count else { throw changed }
        let number = Int(index.numbers[place])
        place += 1
        guard number >= 0, isWanted(number) else { continue }
        let file = Result { try reader.contents(of: subject(of: number)) }
          .mapError { ImageError($0, about: subject(of: number)) }
        guard member.isFile else { throw changed }
        block.append((number, file))
        size += (try? file.get().count) ?? 0
        if block.count == blockSize || size > 1 << 26 { try decodeBlock() }
      }
      guard place == index.numbers.count else { throw changed }
      try decodeBlock()
    }

    private func decoded(_ file: [UInt8], as number: Int) throws -> [UInt8] {
      let encoded = try EncodedImage(file, name: subject(of: number))
      guard resizes || encoded.size == shape.size else {
        throw ImageError(
          subject(of: number), "is \(encoded.size) pixels, others are \(shape.size)",
          remedy: "give --size to bring all images to one size")
      }
      return try encoded.decoded(color: shape.color, covering: resizes ? shape.size : nil)
        .resized(toFill: shape.size).bytes
    }

    private func subject(of number: Int) -> String {
      ArchiveListing.subject(of: name(at: number), in: path.description)
    }

    private var changed: ImageError {
      ImageError(
        path.description, "has changed while it was read",
        remedy: "run again when nothing writes to it")
    }
  }
#endif
