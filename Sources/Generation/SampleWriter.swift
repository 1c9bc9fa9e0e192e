import Artifacts
import Foundation
import Images

/// Puts the kept images of a sampling where people look: numbered PNGs, a sub-folder per class, and
/// one contact sheet.
public struct SampleWriter {
  private let generator: CandidateGenerator
  private let classNames: [String]
  private let folder: String

  /// A writer into `folder`, which is created if need be.
  ///
  /// Throws a `FileError` if it cannot be.
  public init(_ generator: CandidateGenerator, classNames: [String], folder: String) throws {
    self.generator = generator
    self.classNames = classNames
    self.folder = folder
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError(
        folder, "cannot be created", remedy: "choose another --output or change its permissions")
    }
    try AtomicFile.checkWritable(path("samples.safetensors"))
  }

  /// Where a file of the folder is.
  public func path(_ name: String) -> String { (folder as NSString).appendingPathComponent(name) }

  /// Writes the accepted candidates as `images/CLASS/00000.png`, or `images/00000.png` without
  /// classes. Earlier images make way only when all new ones are there.
  ///
  /// - Parameter progress: called with the number of images written.
  /// - Throws: a `FileError` or `ImageError` if something cannot be written; earlier images stay.
  public func writeImages(_ candidates: [Candidate], progress: (Int) -> Void) throws {
    let staging = path(".images-\(getpid())")
    do {
      try writeImages(candidates.filter(\.isAccepted), into: staging, progress)
      try exchange(staging, with: path("images"))
    } catch {
      try? FileManager.default.removeItem(atPath: staging)
      throw error
    }
  }

  private func writeImages(
    _ accepted: [Candidate], into staging: String, _ progress: (Int) -> Void
  ) throws {
    let manager = FileManager.default
    for name in classNames.isEmpty ? [""] : classNames {
      try manager.createDirectory(
        atPath: (staging as NSString).appendingPathComponent(name),
        withIntermediateDirectories: true)
    }
    var written = [Int32: Int]()
    var done = 0
    for start in stride(from: 0, to: accepted.count, by: 64) {
      let batch = Array(accepted[start..<min(start + 64, accepted.count)])
      for (candidate, image) in zip(batch, generator.decode(batch).images()) {
        let number = written[candidate.label, default: 0]
        written[candidate.label] = number + 1
        let folder = candidate.label < 0 ? "" : classNames[Int(candidate.label)] + "/"
        try image.writePNG(to: "\(staging)/\(folder)\(String(format: "%05d", number)).png")
        done += 1
      }
      progress(done)
    }
  }

  private func exchange(_ staging: String, with place: String) throws {
    let manager = FileManager.default
    let old = path(".images-\(getpid())-old")
    if manager.fileExists(atPath: place) { try manager.moveItem(atPath: place, toPath: old) }
    try manager.moveItem(atPath: staging, toPath: place)
    if manager.fileExists(atPath: old) { try manager.removeItem(atPath: old) }
  }

  /// Writes a contact sheet of the first accepted candidates: a row per class, or ten rows without
  /// classes.
  ///
  /// Throws an `ImageError` if it cannot be written.
  public func writeContactSheet(_ candidates: [Candidate]) throws {
    let columns = 12
    let accepted = candidates.filter(\.isAccepted)
    let rows: [[Candidate]] =
      classNames.isEmpty
      ? stride(from: 0, to: min(accepted.count, 10 * columns), by: columns).map {
        Array(accepted[$0..<min($0 + columns, accepted.count)])
      }
      : classNames.indices.map { label in
        Array(accepted.lazy.filter { $0.label == Int32(label) }.prefix(columns))
      }
    let shown = rows.filter { !$0.isEmpty }
    guard let width = shown.first.map({ generator.decode([$0[0]]).shape[2] }) else { return }
    var sheet = ContactSheet(columns: columns, zoom: max(1, 56 / width))
    sheet.addGroup(
      shown.flatMap { row in
        generator.decode(row).images()
      })
    try sheet.write(to: path("contact-sheet.png"))
  }
}
