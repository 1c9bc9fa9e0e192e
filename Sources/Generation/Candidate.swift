import Models
import PixelCNN
import Tensors

/// One drawn image before anyone has looked at it.
public struct Candidate: Sendable {
  /// The class asked for; -1 where there are no classes.
  public let label: Int32
  /// Which image of its class this is, from 0: with the seed, all that its codes depend on.
  public let number: Int
  /// Its codes at each level, from the top: [height · width] of the level's map; none if a VAE drew
  /// it.
  public let codes: [[UInt16]]
  /// What decides whether it is kept, 0 to 1; nil without a network to tell. See `RejectionBasis`.
  public internal(set) var score: Float?
  /// The classifier's probability of the class asked for; nil without a classifier, or where nothing
  /// but that decides.
  public internal(set) var classScore: Float?
  /// The critic's probability that it is real; nil without a critic.
  public internal(set) var criticScore: Float?
  /// Whether it is kept.
  public internal(set) var isAccepted = false
}

/// Draws candidates and shows what they look like. Candidate k of a class is the same however many
/// are drawn with it.
public protocol ImageGenerator {
  /// Draws, and scores where it can, the candidates with the given classes and numbers, in that order.
  ///
  /// - Parameter progress: called with how many of them are done; what it throws ends the drawing.
  /// - Throws: a `FileError` naming a network whose score is not a number, and what `progress` throws.
  func draw(
    _ wanted: [(label: Int32, number: Int)], progress: (Int) throws -> Void
  ) throws -> [Candidate]

  /// The images of candidates: [images, height, width, channels] in about [-1, 1].
  func decode(_ candidates: [Candidate]) -> Tensor
}

/// Draws candidates from a folder of models.
public final class CandidateGenerator: ImageGenerator {
  private let models: ModelFolder
  private let samplers: [PriorSampler]
  private let seed: UInt64
  private let distribution: LevelDistributions
  private let batchSize: Int
  private let basis: RejectionBasis
  private let pictures: PartialPictures?

  /// A generator whose candidate k of a class is a function of the models, `seed`, `distribution` and the
  /// `pictures` to complete alone, and its score of `basis` too. `batchSize` images are in memory at once.
  public init(
    _ models: ModelFolder, seed: UInt64, distribution: LevelDistributions, batchSize: Int,
    basis: RejectionBasis = .class, completing pictures: PartialPictures? = nil
  ) {
    self.models = models
    self.seed = seed
    self.distribution = distribution
    self.batchSize = batchSize
    self.basis = basis
    self.pictures = pictures
    samplers = models.priors.map { PriorSampler($0.model) }
  }

  /// Draws and scores the candidates with the given classes and numbers, in that order.
  ///
  /// - Parameter progress: called with how many of them are done; what it throws ends the drawing.
  /// - Throws: a `FileError` naming a network whose score is not a number, and what `progress` throws.
  public func draw(
    _ wanted: [(label: Int32, number: Int)], progress: (Int) throws -> Void = { _ in }
  ) throws -> [Candidate] {
    var candidates: [Candidate] = []
    candidates.reserveCapacity(wanted.count)
    for start in stride(from: 0, to: wanted.count, by: batchSize) {
      candidates += try drawBatch(Array(wanted[start..<min(start + batchSize, wanted.count)]))
      try progress(candidates.count)
    }
    return candidates
  }

  /// Scores candidates, whoever drew them.
  ///
  /// - Parameter progress: called with how many of them are done; what it throws ends the work.
  /// - Throws: a `FileError` naming a network whose score is not a number, and what `progress` throws.
  public func score(
    _ candidates: inout [Candidate], progress: (Int) throws -> Void = { _ in }
  ) throws {
    for start in stride(from: 0, to: candidates.count, by: batchSize) {
      let batch = start..<min(start + batchSize, candidates.count)
      var scored = Array(candidates[batch])
      try scoreBatch(&scored)
      candidates.replaceSubrange(batch, with: scored)
      try progress(batch.upperBound)
    }
  }

  /// The images of candidates: [images, height, width, channels] in about [-1, 1].
  public func decode(_ candidates: [Candidate]) -> Tensor {
    let codes = models.vqvae.levels.indices.map { level in
      candidates.flatMap { $0.codes[level].map(Int32.init) }
    }
    return models.vqvae.model.decode(codes, images: candidates.count)
  }

  private func drawBatch(_ wanted: [(label: Int32, number: Int)]) throws -> [Candidate] {
    let root = Randomness(seed: seed).stream("samples")
    let streams = wanted.map { root.stream(Int($0.label)).stream($0.number) }
    let labels = wanted.map(\.label)
    var codes: [[Int32]] = []
    for (level, sampler) in samplers.enumerated() {
      let configuration = models.priors[level].model.configuration
      codes.append(
        sampler.sample(
          streams.map { $0.stream(configuration.level.name) },
          labels: configuration.classCount > 0 ? labels : nil,
          conditions: Array(codes.prefix(configuration.conditions.count)),
          distribution: distribution[configuration.level.name],
          known: pictures?.knownCodes(of: wanted, level: level)))
    }
    var candidates = wanted.enumerated().map { index, wanted in
      Candidate(
        label: wanted.label, number: wanted.number,
        codes: zip(codes, models.vqvae.levels).map { codes, level in
          let size = level.codesPerImage
          return codes[index * size..<(index + 1) * size].map(UInt16.init)
        })
    }
    try scoreBatch(&candidates)
    return candidates
  }

  private func scoreBatch(_ candidates: inout [Candidate]) throws {
    let classifier = models.classNames.isEmpty ? nil : models.classifier
    guard classifier != nil || models.critic != nil else { return }
    // What is judged is what will be seen: bytes, not what the decoder said before rounding.
    let images = decode(candidates).roundedToBytes()
    let classes = try classifier?.probabilities(of: images)
    let realness = try models.critic?.probabilities(of: images)
    for index in candidates.indices {
      let label = Int(candidates[index].label)
      let classScore = classes.map { $0.buffer[index * $0.channels + label] }
      let criticScore = realness.map { $0.buffer[index * $0.channels + Self.real] }
      candidates[index].score = basis.score(class: classScore, critic: criticScore)
      guard criticScore != nil else { continue }
      (candidates[index].classScore, candidates[index].criticScore) = (classScore, criticScore)
    }
  }

  /// The class of a critic that real pictures are of.
  private static let real = 1
}
