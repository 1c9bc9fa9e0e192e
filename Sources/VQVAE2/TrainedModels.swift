import Artifacts
import Classifiers
import Generation
import Images
import Models
import PixelCNN
import Tensors

/// A folder of trained models, read and checked: it encodes, decodes, draws and scores images.
///
/// Every call computes on all threads of the process, one call at a time: the models share one pool of
/// threads, and are not `Sendable`. Keep them on one task or actor.
public final class TrainedModels {
  private let folder: ModelFolder

  /// Reads `vqvae.safetensors`, `prior-LEVEL.safetensors` for each level, and what there is of
  /// `classifier.safetensors` and `critic.safetensors` from the folder at `path`.
  ///
  /// Throws a `FileError` if a file is missing or damaged, or two do not belong together.
  public init(folder path: String) throws {
    folder = try ModelFolder(path: path)
  }

  /// The shape of all images.
  public var imageShape: ImageShape { folder.vqvae.imageShape }

  /// What images can be asked for by; empty if the models know no classes.
  public var classNames: [String] { folder.classNames }

  /// The levels of codes, from the top, with the size of their maps and codebooks.
  public var levels: [CodeLevel] { folder.vqvae.levels }

  /// The codes of images: of each image, those of each level from the top, [height · width] of its map.
  ///
  /// Throws a `ModelError` if an image has another shape than `imageShape`.
  public func encode(_ images: [Image]) throws -> [[[UInt16]]] {
    try check(images)
    return inBatches(images) { batch in
      let codes = folder.vqvae.model.encode(tensor(of: batch))
      return batch.indices.map { index in
        zip(codes, levels).map { codes, level in
          codes[index * level.codesPerImage..<(index + 1) * level.codesPerImage].map(UInt16.init)
        }
      }
    }
  }

  /// The images that codes stand for, given as `encode` returns them.
  ///
  /// Throws a `ModelError` if they are not codes of these levels.
  public func decode(_ codes: [[[UInt16]]]) throws -> [Image] {
    for image in codes { try check(image) }
    return inBatches(codes) { batch in
      let perLevel = levels.indices.map { level in
        batch.flatMap { $0[level].map(Int32.init) }
      }
      return folder.vqvae.model.decode(perLevel, images: batch.count).images()
    }
  }

  /// The probability of each class, in the order of `classNames`, for each image.
  ///
  /// Throws a `ModelError` if there is no classifier or an image has another shape, a `FileError` if
  /// a probability is not a number.
  public func classProbabilities(of images: [Image]) throws -> [[Float]] {
    guard let classifier = folder.classifier else {
      throw ModelError.request("the models have no classifier.safetensors")
    }
    try check(images)
    return try inBatches(images) { batch in
      let probabilities = try classifier.probabilities(of: tensor(of: batch))
      let width = probabilities.channels
      return batch.indices.map { Array(probabilities.buffer[$0 * width..<($0 + 1) * width]) }
    }
  }

  /// An image that was drawn and kept.
  public struct DrawnImage: Sendable {
    /// The image.
    public let image: Image
    /// The class asked for; nil if the models know none.
    public let className: String?
    /// What it was kept by, 0 to 1; nil without a network to tell. See `RejectionBasis`.
    public let score: Float?
    /// Its codes, as `encode` returns them.
    public let codes: [[UInt16]]
  }

  /// Draws new images: `count` of each class, or of those called `classes`.
  ///
  /// The same models, arguments and seed give the same images, whatever the number of threads.
  /// - Parameters:
  ///   - count: how many images to keep of each class.
  ///   - classes: their names; nil for all classes, or for none where the models know none.
  ///   - rejection: which candidates are kept.
  ///   - basis: by what; nil for the class where there is a classifier, or else the critic.
  ///   - distribution: how codes are drawn at each level: temperature, guidance, truncation.
  ///   - seed: what the random numbers come from.
  ///   - attempts: at most so many candidates are drawn for an image that a threshold keeps.
  /// - Returns: the kept images by class, fewer than `count` if a threshold used up the attempts.
  /// - Throws: a `ModelError` if what is asked for is impossible, a `FileError` if the models lack what it
  ///   takes or score in no numbers.
  public func draw(
    _ count: Int, of classes: [String]? = nil, keeping rejection: Rejection = .none,
    by basis: RejectionBasis? = nil, distribution: LevelDistributions = LevelDistributions(),
    seed: UInt64 = 0, attempts: Int = 20
  ) throws -> [DrawnImage] {
    let plan = RejectionSampling(
      labels: try labels(of: classes), countPerClass: count, rejection: rejection,
      attempts: attempts)
    let standard = RejectionBasis(standardFor: folder)
    let basis = basis ?? standard ?? .class
    try check(plan, distribution, basis: basis)
    let generator = CandidateGenerator(
      folder, seed: seed, distribution: distribution, batchSize: Self.batchSize, basis: basis)
    let kept = try plan.run(drawing: generator.draw) { _, _ in }.filter(\.isAccepted)
    let images = try decode(kept.map(\.codes))
    return zip(kept, images).map { candidate, image in
      DrawnImage(
        image: image, className: candidate.label < 0 ? nil : classNames[Int(candidate.label)],
        score: candidate.score, codes: candidate.codes)
    }
  }

  private static let batchSize = 64

  private func inBatches<Element, Result>(
    _ elements: [Element], _ compute: ([Element]) throws -> [Result]
  ) rethrows -> [Result] {
    try stride(from: 0, to: elements.count, by: Self.batchSize).flatMap { start in
      try compute(Array(elements[start..<min(start + Self.batchSize, elements.count)]))
    }
  }

  private func tensor(of images: [Image]) -> Tensor {
    Tensor(imageBytes: images.flatMap(\.bytes), shape: imageShape)
  }
}

// MARK: - What is asked for

extension TrainedModels {
  private func check(_ images: [Image]) throws {
    if let stray = images.first(where: { $0.shape != imageShape }) {
      throw ModelError.imageShape(found: stray.shape, expected: imageShape)
    }
  }

  private func check(_ codes: [[UInt16]]) throws {
    guard codes.count == levels.count else {
      throw ModelError.codes("\(codes.count) levels where there are \(levels.count)")
    }
    for (codes, level) in zip(codes, levels) {
      guard codes.count == level.codesPerImage else {
        throw ModelError.codes(
          "\(codes.count) of level '\(level.name)', whose map has \(level.codesPerImage)")
      }
      if let stray = codes.first(where: { Int($0) >= level.codebookSize }) {
        throw ModelError.codes(
          "\(stray) of level '\(level.name)', whose codebook has \(level.codebookSize)")
      }
    }
  }

  private func labels(of classes: [String]?) throws -> [Int32] {
    guard let classes else {
      return classNames.isEmpty ? [-1] : classNames.indices.map(Int32.init)
    }
    return try classes.map { name in
      guard let label = classNames.firstIndex(of: name) else {
        throw ModelError.unknownClass(name, known: classNames)
      }
      return Int32(label)
    }
  }

  private func check(
    _ plan: RejectionSampling, _ distributions: LevelDistributions, basis: RejectionBasis
  ) throws {
    guard plan.isPossible, Set(plan.labels).count == plan.labels.count else {
      throw ModelError.request(
        "\(plan.countPerClass) images of \(plan.labels.count) classes cannot be drawn with "
          + "\(plan.rejection) in \(plan.attempts) attempts each")
    }
    guard plan.rejection == .none || basis.isPossible(with: folder) else {
      throw ModelError.request(
        "nothing can be kept by \(basis.rawValue): the models have no network for that")
    }
    for level in levels where !distributions[level.name].isPossible {
      throw ModelError.request(
        "codes of level '\(level.name)' cannot be drawn with \(distributions[level.name])")
    }
    try folder.check(distributions)
  }
}
