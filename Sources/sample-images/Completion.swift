import CommandLineTools
import Generation
import Images
import Models

extension SampleImages {
  /// The pictures to complete; nil if there are none.
  ///
  /// Throws a `FileError` or `ImageError` if they or a mask cannot be read, or have classes that the models
  /// do not know; a `ValidationError` if --classes names one that they do not.
  func pictures(for folder: ModelFolder) throws -> PartialPictures? {
    let vqvae = folder.vqvae
    guard let dataset = try completion.open(shapedFor: vqvae.imageShape) else { return nil }
    let known = try completion.known(of: vqvae.imageShape.size)
    let targets = try targets(dataset, for: folder)
    let progress = ProgressReporter("encoding", total: dataset.count, unit: "picture")
    return try PartialPictures(dataset, known: known, targets: targets, by: vqvae) {
      progress.report($0)
      try Interruption.throwIfRequested()
    }
  }

  /// Each picture as an image of its own class; as one of each class that is asked for where it has none,
  /// or --classes is given.
  private func targets(
    _ dataset: any ImageDataset, for folder: ModelFolder
  ) throws -> [PartialPictures.Target] {
    let asked = try choice.labels(folder.classNames)
    let hasOwn = !folder.classNames.isEmpty && !dataset.classNames.isEmpty
    guard hasOwn, choice.classes == nil else {
      return asked.flatMap { label in
        (0..<dataset.count).map { PartialPictures.Target(label: label, picture: $0) }
      }
    }
    let labelled = try folder.labelling(dataset, at: completion.complete ?? "")
    return (0..<dataset.count).map {
      PartialPictures.Target(label: Int32(labelled.label(at: $0) ?? 0), picture: $0)
    }.sorted { ($0.label, $0.picture) < ($1.label, $1.picture) }
  }
}
