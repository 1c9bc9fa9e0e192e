import Artifacts
import Foundation
import Images

/// Puts the kept images of a sampling where people look: numbered PNGs, a sub-folder per class, and
/// one contact sheet.
public struct SampleWriter {
  /// Where everything goes; nobody else writes there until it is released.
  public let folder: OutputFolder
  private let generator: any ImageGenerator
  private let classNames: [String]

  /// A writer into `folder`, which is created if need be.
  ///
  /// Throws a `FileError` if it cannot be, another process is writing it, or a class has a name no
  /// visible folder can have.
  public init(_ generator: any ImageGenerator, classNames: [String], folder: String) throws {
    self.generator = generator
    self.classNames = classNames
    try OutputFolder.checkSubfolders(
      classNames, of: folder, remedy: "use models whose classes have the names of folders")
    self.folder = try OutputFolder(
      path: folder, for: ["images", "old-images", "contact-sheet.png", "samples.safetensors"])
    try AtomicFile.checkWritable(self.folder("samples.safetensors"))
  }

  /// Writes the accepted candidates as `images/CLASS/00000.png`, or `images/00000.png` without
  /// classes. Earlier images make way only when all new ones are there.
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
        try files.write(image, label: candidate.label < 0 ? nil : Int(candidate.label))
        done += 1
      }
      try progress(done)
    }
  }

  /// Writes a contact sheet of the first accepted candidates: a row per class, or ten rows without
  /// classes. Where none was accepted there is no sheet, nor one of an earlier sampling.
  ///
  /// Throws a `FileError` or `ImageError` if it cannot be written.
  public func writeContactSheet(_ candidates: [Candidate]) throws {
    let widest = ContactSheet.widest
    let accepted = candidates.filter(\.isAccepted)
    let groups: [[Candidate]] =
      classNames.isEmpty
      ? [Array(accepted.prefix(10 * widest))]
      : classNames.indices.map { label in
        Array(accepted.lazy.filter { $0.label == Int32(label) }.prefix(widest))
      }
    let images = groups.filter { !$0.isEmpty }.map { generator.decode($0).images() }
    let name = "contact-sheet.png"
    guard let width = images.first?.first?.width else { return try removeEarlier(name) }
    var sheet = ContactSheet(
      columns: min(widest, images.map(\.count).max() ?? 1), zoom: max(1, 56 / width))
    for group in images { sheet.addGroup(group) }
    try sheet.write(to: folder(name))
  }

  /// Removes what an earlier sampling left and this one has nothing to put in its place.
  ///
  /// Throws a `FileError` if it cannot be removed.
  public func removeEarlier(_ name: String) throws {
    if unlink(folder(name)) != 0 && errno != ENOENT {
      throw FileError.system(folder(name), "cannot be removed")
    }
  }
}
