#if Archives
  import Artifacts

  /// Which members of an archive are images, of which classes, and how they are numbered.
  ///
  /// Numbers do not depend on the order of the members: they are those of the same pictures in folders.
  struct ArchiveIndex {
    /// The names of the classes; empty when unlabelled.
    let classNames: [String]
    /// What was passed over: phrases for people.
    let passedOver: [String]
    /// The paths of the images in the archive.
    private(set) var names: NameList
    /// The class of each image; empty when unlabelled.
    private(set) var labels: [Int32]
    /// The number of each member's image, by the place of the member in the archive; -1 for none.
    private(set) var numbers: [Int32]

    /// The index of the archive at `path`, whose classes a table says, or members `KEY.cls` beside
    /// `KEY.jpg`, or the folders in it.
    ///
    /// Throws an `ImageError` if the archive is damaged, holds no picture, or does not make its classes
    /// clear.
    init(_ listing: ArchiveListing, of path: String, table: LabelTable?) throws {
      guard listing.pictures.count > 0 else {
        throw ImageError(
          path, "holds no picture", remedy: "give an archive of .png, .jpg or .webp files")
      }
      let classes =
        if let table {
          try ArchiveClasses(table.match(listing.pictures, in: path), of: table)
        } else if !listing.classesByKey.isEmpty {
          try ArchiveClasses(listing, of: path)
        } else {
          try ArchiveClasses(foldersOf: listing.pictures, at: path)
        }
      classNames = classes.names
      passedOver = listing.passedOver + classes.passedOver
      // In order of their classes, as folders are gone through.
      let order =
        classes.areFolders
        ? classes.kept.indices.sorted {
          (classes.labels[$0], $0) < (classes.labels[$1], $1)
        } : Array(classes.kept.indices)
      names = NameList()
      numbers = [Int32](repeating: -1, count: listing.memberCount)
      for (number, place) in order.enumerated() {
        let picture = classes.kept[place]
        names.append(listing.pictures[picture].dropFirst(classes.prefix))
        numbers[listing.places[picture]] = Int32(number)
      }
      labels = classes.labels.isEmpty ? [] : order.map { classes.labels[$0] }
    }

    /// The index without the images that have the numbers `left`; the others are numbered anew.
    func leavingOut(_ left: Set<Int>) -> ArchiveIndex {
      var index = self
      let kept = (0..<names.count).filter { !left.contains($0) }
      var numbering = [Int32](repeating: -1, count: names.count)
      for (number, old) in kept.enumerated() { numbering[old] = Int32(number) }
      index.names = NameList()
      for old in kept { index.names.append(names[old]) }
      if !labels.isEmpty { index.labels = kept.map { labels[$0] } }
      index.numbers = numbers.map { $0 < 0 ? -1 : numbering[Int($0)] }
      return index
    }
  }
#endif
