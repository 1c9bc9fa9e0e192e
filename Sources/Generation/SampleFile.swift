import Artifacts
import PixelCNN

/// All candidates of one run of sampling, the rejected ones too: `samples.safetensors`.
///
/// Tensors: a `U16` tensor of codes per level, [candidates, height, width]; `labels`, `numbers` and
/// `accepted`, `I32` [candidates]; `scores`, `F32` [candidates], where there was a classifier.
public struct SampleFile {
  /// The most maps of codes, one for each candidate and level, that are read into memory at once.
  public static let maximumMapCount = 2_000_000

  /// What made the candidates.
  public struct Configuration: Codable, Sendable {
    /// Levels, class names and image shape.
    public var layout: CodeFileLayout
    /// The seed of the candidates.
    public var seed: UInt64
    /// How codes were drawn.
    public var distribution: CodeDistribution
    /// Which candidates were kept.
    public var rejection: Rejection
  }

  /// What made the candidates.
  public let configuration: Configuration
  /// The candidates, by class and number.
  public let candidates: [Candidate]
  /// The digest of each model they were made with, by its role.
  public let sources: [String: String]

  /// Candidates drawn from `models`.
  public init(
    _ candidates: [Candidate], models: ModelFolder, seed: UInt64, distribution: CodeDistribution,
    rejection: Rejection
  ) {
    let shape = models.vqvae.imageShape
    configuration = Configuration(
      layout: CodeFileLayout(
        levels: models.vqvae.levels, classNames: models.classNames,
        imageShape: [shape.height, shape.width, shape.channels]), seed: seed,
      distribution: distribution, rejection: rejection)
    self.candidates = candidates
    var sources = [ArtifactKind.vqvae.rawValue: models.vqvae.file.digest]
    for prior in models.priors {
      sources["prior-\(prior.prior.configuration.level.name)"] = prior.file.digest
    }
    sources[ArtifactKind.classifier.rawValue] = models.classifier?.file.digest
    self.sources = sources
  }

  /// Writes the file.
  ///
  /// Throws a `FileError` if it cannot be written.
  public func write(to path: String) throws {
    let count = candidates.count
    var tensors = configuration.layout.levels.enumerated().map { index, level in
      StoredTensor(
        level.name, shape: [count, level.height, level.width],
        .uint16(candidates.flatMap { $0.codes[index] }))
    }
    tensors += [
      StoredTensor("labels", shape: [count], .int32(candidates.map(\.label))),
      StoredTensor("numbers", shape: [count], .int32(candidates.map { Int32($0.number) })),
      StoredTensor(
        "accepted", shape: [count], .int32(candidates.map { $0.isAccepted ? 1 : 0 })),
    ]
    let scores = candidates.compactMap(\.score)
    if scores.count == count {
      tensors.append(StoredTensor("scores", shape: [count], .floats(scores)))
    }
    try Artifact(
      metadata: ArtifactMetadata(kind: .samples, configuration: configuration, sources: sources),
      tensors: tensors
    ).write(to: path)
  }

  /// Reads the file at `path`.
  ///
  /// Throws a `FileError` if it is not a whole sample file, or a code or label is out of range, or
  /// there are more maps of codes than `maximumMapCount`.
  public init(path: String) throws {
    let file = try ArtifactFile(path: path, kind: .samples)
    configuration = try file.configuration(as: Configuration.self)
    sources = file.metadata.sources
    candidates = try StoredCandidates(file, layout: configuration.layout).read()
  }
}

/// The candidates of a sample file whose tensors are known to agree.
private struct StoredCandidates {
  private let file: ArtifactFile
  private let layout: CodeFileLayout
  private let count: Int

  init(_ file: ArtifactFile, layout: CodeFileLayout) throws {
    self.file = file
    self.layout = layout
    count = file.tensors.description(of: CodeFileLayout.labels)?.shape.first ?? 0
    let vectors = [("numbers", DataType.int32), ("accepted", .int32), ("scores", .float32)].map {
      TensorDescription(name: $0, dataType: $1, shape: [count])
    }
    let expected = layout.tensors(count: count) + (hasScores ? vectors : vectors.dropLast())
    guard layout.isPossible, expected.allSatisfy({ file.tensors.description(of: $0.name) == $0 })
    else { throw damage("its tensors are not those of its configuration") }
    let limit = SampleFile.maximumMapCount
    guard count <= limit / layout.levels.count else {
      throw FileError(
        file.path, "has \(count) candidates of \(layout.levels.count) levels",
        remedy: "the limit is \(limit) maps of codes: sample fewer at a time")
    }
  }

  private var hasScores: Bool { file.tensors.description(of: "scores") != nil }

  private func damage(_ problem: String) -> FileError {
    FileError(file.path, "is damaged: \(problem)", remedy: "sample again")
  }

  func read() throws -> [Candidate] {
    let labels = try file.tensors.readInt32(CodeFileLayout.labels)
    if let stray = layout.firstStrayLabel(in: labels) {
      throw damage("label \(labels[stray]) of candidate \(stray) is no class")
    }
    let numbers = try file.tensors.readInt32("numbers")
    let accepted = try file.tensors.readInt32("accepted")
    let scores = hasScores ? try file.tensors.readFloats("scores") : nil
    let codes = try layout.levels.map { try readCodes(of: $0) }
    return labels.indices.map { index in
      var candidate = Candidate(
        label: labels[index], number: Int(numbers[index]),
        codes: zip(codes, layout.levels).map { codes, level in
          Array(codes[index * level.codesPerImage..<(index + 1) * level.codesPerImage])
        })
      candidate.score = scores?[index]
      candidate.isAccepted = accepted[index] != 0
      return candidate
    }
  }

  private func readCodes(of level: CodeLevel) throws -> [UInt16] {
    let codes = try file.tensors.readUInt16(level.name)
    if let (candidate, code) = layout.firstStray(in: codes, of: level) {
      throw damage(
        "code \(code) in level '\(level.name)' of candidate \(candidate) is beyond its codebook "
          + "of \(level.codebookSize)")
    }
    return codes
  }
}
