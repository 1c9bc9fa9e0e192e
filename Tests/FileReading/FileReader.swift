import Artifacts
import Emoji
import Foundation
import Generation
import Images
import Models
import ReferenceImport

/// What the programs do with a file they are given, by the kind of file.
public enum FileReader: String, CaseIterable, Sendable {
  /// Any safetensors file, every tensor of it.
  case safetensors
  /// A trained VQ-VAE.
  case vqvae
  /// A trained VAE.
  case vae
  /// A trained autoencoder.
  case autoencoder
  /// A trained prior.
  case prior
  /// A trained classifier.
  case classifier
  /// The codes of a data set.
  case codes
  /// The only shard of such a file.
  case codesShard = "codes-shard"
  /// Sampled codes.
  case samples
  /// The only shard of such a file.
  case samplesShard = "samples-shard"
  /// The state of an unfinished training.
  case checkpoint
  /// A VQ-VAE of the public PyTorch reference.
  case referenceVQVAE
  /// A prior of the public PyTorch reference.
  case referencePrior
  /// A folder of images, made from a list of names; see `NamedFiles`.
  case names
  /// A table of the classes of pictures.
  case labels
  /// Images in an IDX file, gzipped or not.
  case idx
  /// Prepared images.
  case images
  /// The only shard of such a file.
  case imagesShard = "images-shard"
  /// Pictures in an archive, tar or zip.
  case archive
  /// An image.
  case png
  /// An image.
  case jpeg
  /// An image.
  case webp
  /// A font of coloured bitmaps.
  case font
  /// Unicode's list of emoji.
  case emoji

  /// Reads all of the file at `path`.
  ///
  /// Throws the reader's own error if it refuses the file.
  public func read(_ path: String) throws {
    switch self {
    case .safetensors: try Self.readTensors(SafetensorsFile(path: path))
    case .vqvae: _ = try LoadedVQVAE(path: path)
    case .vae: _ = try LoadedVAE(path: path)
    case .autoencoder: _ = try LoadedAutoencoder(path: path)
    case .prior: _ = try LoadedPrior(path: path)
    case .classifier: _ = try LoadedClassifier(path: path)
    case .codes: try Self.readCodes(CodeFile(path: path))
    case .codesShard: try Self.readCodes(CodeFile(path: path, shards: [path]))
    case .samples: _ = try SampleFile(path: path)
    case .samplesShard: _ = try SampleFile(path: path, shards: [path])
    case .checkpoint: try Self.readTensors(ArtifactFile(path: path, kind: .checkpoint).tensors)
    case .referenceVQVAE:
      _ = try importVQVAE(SafetensorsFile(path: path), imageSize: ImageSize(square: 16))
    case .referencePrior: try Self.readReferencePrior(SafetensorsFile(path: path))
    case .names: try Self.readFolder(NamedFiles(listedIn: path))
    case .labels: try Self.readLabels(path)
    case .idx:
      let dataset = try IDXDataset(images: path, labels: nil, size: nil, color: .color)
      for index in [0, dataset.count - 1] { _ = try dataset.image(at: index) }
    case .images: try Self.readImages(PreparedImages(path))
    case .imagesShard: try Self.readImages(PreparedImages(shards: [path]))
    case .archive: try Self.readArchive(path)
    case .png, .jpeg, .webp: _ = try Image(contentsOf: path, color: .color)
    case .font: try Self.readPictures(ColorFont(path: path))
    case .emoji: _ = try EmojiList.read(path)
    }
  }

  /// Whether its files are artifacts, with a configuration and a digest.
  public var readsArtifacts: Bool {
    switch self {
    case .safetensors, .referenceVQVAE, .referencePrior, .names, .labels, .idx, .archive, .png,
      .jpeg,
      .webp, .font, .emoji:
      false
    default: true
    }
  }

  private static func readTensors(_ file: SafetensorsFile) throws {
    for name in file.names {
      switch file.description(of: name)?.dataType {
      case .float64, .float32, .float16, .bfloat16: _ = try file.readFloats(name)
      default: _ = try file.readInt64(name)
      }
    }
  }

  /// As if it belonged to a VQ-VAE of 3 codes, 4×2 and 8×4 of them.
  private static func readReferencePrior(_ file: SafetensorsFile) throws {
    let top = CodeLevel(name: "top", height: 2, width: 4, codebookSize: 3)
    let bottom = CodeLevel(name: "bottom", height: 4, width: 8, codebookSize: 3)
    let isConditioned = file.names.contains { $0.hasPrefix("cond_resnet.") }
    _ = try importPrior(
      file, level: isConditioned ? bottom : top, condition: isConditioned ? top : nil,
      attentionHeads: 1, dropout: 0)
  }

  private static func readFolder(_ files: NamedFiles) throws {
    defer { files.remove() }
    let dataset = try ImageFolder(files.folder, size: ImageSize(square: 1), color: .grey)
    for index in 0..<dataset.count {
      _ = (dataset.name(at: index), dataset.label(at: index))
      _ = try dataset.image(at: index)
    }
  }

  /// A table without a header, and one of which rows are chosen.
  private static func readLabels(_ path: String) throws {
    _ = try LabelTable(path)
    do {
      _ = try LabelTable(path, where: [RowCondition(column: "split", value: "train")])
    } catch let error as ImageError where error.problem.contains(" column ") {
      // Most tables have no such column.
    }
  }

  /// All images, and then the first error.
  private static func readImages(_ images: some ImageSequence) throws {
    var first: ImageError?
    try images.forEachImage(where: { _ in true }) { index, image in
      _ = (images.name(at: index), images.label(at: index))
      if case .failure(let error) = image { first = first ?? error }
    }
    if let first { throw first }
  }

  private static func readArchive(_ path: String) throws {
    #if Archives
      try readImages(ArchiveImages(path, size: ImageSize(square: 2), color: .grey))
    #else
      try readImages(IDXDataset(images: path, labels: nil, size: nil, color: .grey))
    #endif
  }

  private static func readCodes(_ file: CodeFile) throws {
    _ = try file.readLabels()
    for level in file.levels { _ = try file.readCodes(level: level.name, images: 0..<file.count) }
  }

  private static func readPictures(_ font: ColorFont) throws {
    let sequences: [[Unicode.Scalar]] = [
      ["\u{1f600}"], ["\u{1f601}"], ["\u{1f466}"], ["\u{200d}"],
      ["\u{1f601}", "\u{200d}", "\u{1f466}"],
    ]
    for sequence in sequences {
      guard let png = try font.png(of: sequence) else { continue }
      _ = try Image(pngBytes: Array(png), name: font.path, color: .color)
    }
  }
}

extension FileReader {
  /// How reading a file ended.
  public enum Verdict: Equatable, Sendable {
    /// It was read.
    case read
    /// It was refused in one line about it.
    case refused
    /// It was refused in a way nobody should see; the text says how.
    case mishandled(String)
  }

  /// Reads the file at `path` and judges the error, if there is one.
  public func verdict(on path: String) -> Verdict {
    do {
      try read(path)
      return .read
    } catch {
      let line = "\(error)"
      let isOurs = error is FileError || error is ImageError
      let isOneLine = !line.contains(where: \.isNewline) && line.utf8.count < 2000
      return isOurs && isOneLine && line.hasPrefix("\(path) ") && line.contains("; ")
        ? .refused : .mishandled(line)
    }
  }
}
