import Artifacts
import Images

/// Puts the kept images of a sampling where people look: numbered PNGs, a sub-folder per class, and
/// one contact sheet.
public struct SampleWriter {
  /// Where everything goes; nobody else writes there until it is released.
  public let folder: OutputFolder
  private let generator: any ImageGenerator
  private let classNames: [String]
  private let pictures: PartialPictures?

  /// A writer into `folder`, which is created if need be, of images or of completions of `pictures`.
  ///
  /// Throws a `FileError` if it cannot be, another process is writing it, or a class has a name no
  /// visible folder can have.
  public init(
    _ generator: any ImageGenerator, classNames: [String], folder: String,
    completing pictures: PartialPictures? = nil
  ) throws {
    self.generator = generator
    self.classNames = classNames
    self.pictures = pictures
    try OutputFolder.checkSubfolders(
      classNames, of: folder, remedy: "use models whose classes have the names of folders")
    self.folder = try OutputFolder(
      path: folder, for: ["images", "old-images", "contact-sheet.png", "samples.safetensors"])
    try AtomicFile.checkWritable(self.folder("samples.safetensors"))
  }

  /// Writes the accepted candidates as `images/CLASS/00000.png`, or `images/00000.png` without
  /// classes; of picture 7, the first completion as `images/CLASS/00007-00000.png`. Earlier images make way
  /// only when all new ones are there.
  ///
  /// - Parameter progress: called with the number of images written.
  /// - Throws: a `FileError` or `ImageError` if something cannot be written, and what `progress`
  ///   throws; earlier images stay.
  public func writeImages(_ candidates: [Candidate], progress: (Int) throws -> Void) throws {
    try folder.replaceFolder("images") { staging in
      try writeImages(candidates.filter(\.isAccepted), into: staging, progress)
    }
  }

  private func writeImages(
    _ accepted: [Candidate], into staging: String, _ progress: (Int) throws -> Void
  ) throws {
    var files = try NumberedPNGs(in: staging, classNames: classNames)
    var done = 0
    for start in stride(from: 0, to: accepted.count, by: 64) {
      let batch = Array(accepted[start..<min(start + 64, accepted.count)])
      for (candidate, image) in zip(batch, generator.decode(batch).images()) {
        let picture = pictures?.picture(label: candidate.label, number: candidate.number)
        try files.write(
          image, label: candidate.label < 0 ? nil : Int(candidate.label),
          prefix: picture.map { NumberedPNGs.text($0) + "-" } ?? "")
        done += 1
      }
      try progress(done)
    }
  }

  /// Writes a contact sheet of the first accepted candidates: a row per class, or ten rows without
  /// classes; of completions a row per picture, behind it and what is known of it. Where none was accepted
  /// there is no sheet, nor one of an earlier sampling.
  ///
  /// Throws a `FileError` or `ImageError` if it cannot be written, and what reading pictures throws.
  public func writeContactSheet(_ candidates: [Candidate]) throws {
    let accepted = candidates.filter(\.isAccepted)
    let groups = try pictures.map { try rows(of: accepted, completing: $0) } ?? rows(of: accepted)
    let name = "contact-sheet.png"
    guard let width = groups.first?.first?.width else { return try AtomicFile.remove(folder(name)) }
    let columns = min(ContactSheet.widest, groups.map(\.count).max() ?? 1)
    var sheet = ContactSheet(columns: columns, zoom: max(1, 56 / width))
    for group in groups { sheet.addGroup(group) }
    try sheet.write(to: folder(name))
  }

  private func rows(of accepted: [Candidate]) -> [[Image]] {
    let widest = ContactSheet.widest
    let groups: [[Candidate]] =
      classNames.isEmpty
      ? [Array(accepted.prefix(10 * widest))]
      : classNames.indices.map { label in
        Array(accepted.lazy.filter { $0.label == Int32(label) }.prefix(widest))
      }
    return groups.filter { !$0.isEmpty }.map { generator.decode($0).images() }
  }

  /// Up to twenty pictures that show the classes evenly.
  private func rows(
    of accepted: [Candidate], completing pictures: PartialPictures
  ) throws -> [[Image]] {
    let places = placesShowingEvenly(pictures.targets.lazy.map { Int($0.label) }, limit: 20)
    return try places.sorted().compactMap { place -> [Image]? in
      let target = pictures.targets[place]
      let completions = accepted.lazy.filter {
        $0.label == target.label
          && pictures.picture(label: $0.label, number: $0.number) == target.picture
      }.prefix(ContactSheet.widest - 2)
      guard !completions.isEmpty else { return nil }
      return try pictures.views(of: target.picture) + generator.decode(Array(completions)).images()
    }
  }
}
