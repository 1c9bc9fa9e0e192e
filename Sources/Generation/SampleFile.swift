import Artifacts
import PixelCNN

/// All candidates of one run of sampling, the rejected ones too: `samples.safetensors`.
///
/// Tensors: a `U16` tensor of codes per level, [candidates, height, width]; `labels`, `numbers` and
/// `accepted`, `I32` [candidates]; `scores`, `F32` [candidates], where there was a classifier.
public struct SampleFile {
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
  /// Throws a `FileError` if it is not a whole sample file, or a code or label is out of range.
  public init(path: String) throws {
    let file = try ArtifactFile(path: path, kind: .samples)
    let configuration = try file.configuration(as: Configuration.self)
    let labels = try file.tensors.readInt32("labels")
    let numbers = try file.tensors.readInt32("numbers")
    let accepted = try file.tensors.readInt32("accepted")
    let scores =
      file.tensors.names.contains("scores") ? try file.tensors.readFloats("scores") : nil
    let codes = try configuration.layout.levels.map { level in
      try file.tensors.readUInt16(level.name).map { code in
        guard Int(code) < level.codebookSize else {
          throw FileError(
            path,
            "has code \(code) in level '\(level.name)', beyond its codebook of "
              + "\(level.codebookSize)", remedy: "sample again")
        }
        return code
      }
    }
    let classes = Int32(configuration.layout.classNames.count)
    guard numbers.count == labels.count, accepted.count == labels.count,
      scores.map({ $0.count == labels.count }) ?? true,
      zip(codes, configuration.layout.levels).allSatisfy({
        $0.count == labels.count * $1.codesPerImage
      }), labels.allSatisfy({ $0 >= -1 && $0 < classes })
    else {
      throw FileError(path, "is damaged: its tensors disagree", remedy: "sample again")
    }
    self.configuration = configuration
    sources = file.metadata.sources
    candidates = labels.indices.map { index in
      var candidate = Candidate(
        label: labels[index], number: Int(numbers[index]),
        codes: zip(codes, configuration.layout.levels).map { codes, level in
          Array(codes[index * level.codesPerImage..<(index + 1) * level.codesPerImage])
        })
      candidate.score = scores?[index]
      candidate.isAccepted = accepted[index] != 0
      return candidate
    }
  }
}
