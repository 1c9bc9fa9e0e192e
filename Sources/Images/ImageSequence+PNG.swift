import Artifacts

extension ImageSequence {
  /// Writes all images to the folder at `path`, which is made if need be: `images/CLASS/00000.png`, or
  /// `images/00000.png` without classes, numbered within their class; and `contact-sheet.png`, on which
  /// the classes are shown evenly. Earlier images make way only when all new ones are there.
  ///
  /// - Parameter progress: called with the number of images written.
  /// - Throws: a `FileError` if the folder cannot be written, another process is writing it, or a class
  ///   has a name no visible folder can have; an `ImageError` if an image cannot be read or written; what
  ///   `progress` throws.
  public func writePNGs(to path: String, progress: (Int) throws -> Void) throws {
    try OutputFolder.checkSubfolders(
      classNames, of: path, remedy: "use images whose classes have the names of folders")
    let folder = try OutputFolder(path: path, for: ["images", "old-images", "contact-sheet.png"])
    defer { folder.release() }
    let shown = numbersShowingClassesEvenly(limit: 10 * ContactSheet.widest)
    let isShown = Set(shown)
    var tiles: [Int: Image] = [:]
    try folder.replaceFolder("images") { staging in
      var files = try NumberedPNGs(in: staging, classNames: classNames)
      var done = 0
      try forEachImage(where: { _ in true }) { index, result in
        let image = Image(shape: shape, bytes: try result.get())
        try files.write(image, label: label(at: index))
        if isShown.contains(index) { tiles[index] = image }
        done += 1
        try progress(done)
      }
    }
    try sheet(of: shown, tiles).write(to: folder("contact-sheet.png"))
  }

  /// A sheet with rows of each class; of many classes, only in their order.
  private func sheet(of numbers: [Int], _ tiles: [Int: Image]) -> ContactSheet {
    let members = Dictionary(grouping: numbers) { label(at: $0) ?? 0 }.sorted { $0.key < $1.key }
      .map { $0.value.compactMap { tiles[$0] } }
    let groups = members.count <= 10 ? members : [Array(members.joined())]
    let columns = min(ContactSheet.widest, groups.map(\.count).max() ?? 1)
    var sheet = ContactSheet(columns: columns, zoom: max(1, 56 / shape.width))
    for group in groups { sheet.addGroup(group) }
    return sheet
  }
}
