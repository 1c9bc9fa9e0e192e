import Artifacts
import Models

/// Codes that another program drew.
public struct GivenCodes: Equatable, Sendable {
  /// The file of codes, as the user named it.
  public let path: String
  /// Whether they are taken if they do not say which VQ-VAE they are of.
  public let toleratesNoSource: Bool

  /// The codes of the file at `path`.
  public init(path: String, toleratesNoSource: Bool = false) {
    self.path = path
    self.toleratesNoSource = toleratesNoSource
  }

  private static let pathNote = "codes"
  private static let toleranceNote = "any-model"

  /// What a file of samples notes of them, so that the command can be told that sampled them.
  var notes: [String: String] {
    toleratesNoSource ? [Self.pathNote: path, Self.toleranceNote: "yes"] : [Self.pathNote: path]
  }

  /// Those that a file of samples was made from; nil if from none.
  init?(of samples: ArtifactMetadata) {
    guard samples.sources[ArtifactKind.codes.rawValue] != nil else { return nil }
    self.init(
      path: samples.notes[Self.pathNote] ?? "",
      toleratesNoSource: samples.notes[Self.toleranceNote] != nil)
  }
}

extension [Candidate] {
  /// The candidates whose codes another program drew and wrote into a file of codes, by class and then in
  /// the order of the file, by which they are numbered. Their labels are those of the models, matched by
  /// name; there are none where the models know no classes.
  ///
  /// Throws a `FileError` naming the codes if they are of another VQ-VAE than the models', lack a class or
  /// have one that the models do not know; if there are more than `SampleFile.maximumMapCount` maps of them;
  /// if a code or label is out of range, or they cannot be read.
  public init(given codes: CodeFile, for models: ModelFolder, toleratesNoSource: Bool) throws {
    try codes.check(areOf: models.vqvae, toleratesNoSource: toleratesNoSource)
    try CandidateTensors.checkCount(codes.count, layout: codes.layout, path: codes.path)
    let labels = try codes.labels(among: models)
    let maps = try codes.levels.map { level in
      try codes.readCodes(level: level.name, images: 0..<codes.count)
    }
    var numbers: [Int32: Int] = [:]
    let candidates = labels.enumerated().map { index, label in
      let number = numbers[label, default: 0]
      numbers[label] = number + 1
      return Candidate(
        label: label, number: number,
        codes: zip(maps, codes.levels).map { codes, level in
          let size = level.codesPerImage
          return [UInt16](codes[index * size..<(index + 1) * size])
        })
    }
    self = candidates.sorted { ($0.label, $0.number) < ($1.label, $1.number) }
  }
}

extension CodeFile {
  /// The class that each image has among those of the models; -1 where they know none.
  fileprivate func labels(among models: ModelFolder) throws -> [Int32] {
    let labels = try readLabels()
    guard !models.classNames.isEmpty else { return labels.map { _ in -1 } }
    return try labels.enumerated().map { image, label in
      guard label >= 0 else {
        throw FileError(
          path, "has no label for image \(image), and \(models.classesPath) knows classes",
          remedy: "label all images, or pass models without classes")
      }
      let name = layout.classNames[Int(label)]
      guard let known = models.classNames.firstIndex(of: name) else {
        throw FileError(
          path, "has the class \(quoted(name)), which \(models.classesPath) does not know",
          remedy: "pass codes in the classes of the models")
      }
      return Int32(known)
    }
  }
}
