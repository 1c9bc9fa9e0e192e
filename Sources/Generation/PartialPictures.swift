import Artifacts
import Images
import Models
import Tensors

/// Pictures of which a part is known: the codes of that part, and the class that the rest is drawn as.
///
/// What is not known is not looked at: the nearest known pixels take its place before a picture is encoded.
/// A code is known where all pixels are that it stands for.
public struct PartialPictures {
  /// A picture to be completed as an image of a class.
  public struct Target: Sendable {
    /// The class; -1 where there are none.
    public let label: Int32
    /// The number of the picture in the data set.
    public let picture: Int

    /// The picture numbered `picture`, as an image of the class `label`.
    public init(label: Int32, picture: Int) {
      self.label = label
      self.picture = picture
    }
  }

  /// What is to be completed as what.
  public let targets: [Target]
  /// The identity of the known codes and the targets, 64 hexadecimal digits.
  public let digest: String
  private let dataset: any ImageDataset
  private let known: KnownPixels
  /// Of each level [pictures · height · width]; -1 where a code is to be drawn.
  private let codes: [[Int32]]
  /// The pictures of each class, in the order of the targets.
  private let pictures: [Int32: [Int]]

  /// The role of the known codes among the sources of samples.
  public static let sourceRole = "known"

  /// Encodes the known part of all pictures of a data set, whose shape must be the model's.
  ///
  /// - Parameter progress: called with the number of pictures done.
  /// - Throws: what the data set and `progress` throw.
  public init(
    _ dataset: any ImageDataset, known: KnownPixels, targets: [Target], by vqvae: LoadedVQVAE,
    progress: (Int) throws -> Void = { _ in }
  ) throws {
    let cells = vqvae.levels.map { known.cells(height: $0.height, width: $0.width) }
    var codes = vqvae.levels.map { _ in [Int32]() }
    var done = 0
    try forEachBatch(of: dataset) { batch in
      let bytes = batch.images(of: dataset.shape).flatMap { known.filling($0).bytes }
      let encoded = vqvae.model.encode(Tensor(imageBytes: bytes, shape: dataset.shape))
      for (level, encoded) in encoded.enumerated() {
        let count = cells[level].count
        codes[level] += encoded.enumerated().map { cells[level][$0 % count] ? $1 : -1 }
      }
      done += batch.count
      try progress(done)
    }
    var digest = SHA256()
    for target in targets { digest.update("\(target.picture) as \(target.label),") }
    for codes in codes { codes.withUnsafeBytes { digest.update($0) } }
    self.digest = digest.finish()
    self.dataset = dataset
    self.known = known
    self.targets = targets
    self.codes = codes
    pictures = Dictionary(grouping: targets) { $0.label }.mapValues { $0.map(\.picture) }
  }

  /// The number of the picture that a candidate completes: those of a class are dealt out in turn.
  public func picture(label: Int32, number: Int) -> Int {
    guard let pictures = pictures[label] else {
      preconditionFailure("no picture is to be completed as class \(label)")
    }
    return pictures[number % pictures.count]
  }

  /// The codes of a level that candidates keep: [candidates · height · width], -1 where one is to be drawn.
  func knownCodes(of candidates: [(label: Int32, number: Int)], level: Int) -> [Int32] {
    let size = codes[level].count / dataset.count
    return candidates.flatMap { candidate in
      let picture = picture(label: candidate.label, number: candidate.number)
      return codes[level][picture * size..<(picture + 1) * size]
    }
  }

  /// A picture, and what is known of it, with mid-grey in the place of the rest.
  ///
  /// Throws what the data set throws.
  func views(of picture: Int) throws -> [Image] {
    let image = try dataset.image(at: picture)
    return [image, known.blanking(image)]
  }
}
