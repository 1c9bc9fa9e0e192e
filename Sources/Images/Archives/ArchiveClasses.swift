#if Archives
  import Artifacts

  /// The classes of the pictures in an archive.
  struct ArchiveClasses {
    /// The names of the classes; empty when unlabelled.
    let names: [String]
    /// Which of the pictures are meant, in order.
    let kept: [Int]
    /// The class of each of those; empty when unlabelled.
    let labels: [Int32]
    /// Phrases for people about what is left out.
    var passedOver: [String] = []
    /// Whether the classes are folders.
    var areFolders = false
    /// How many of the first characters of each name say nothing: a folder that all are in.
    var prefix = 0

    /// The classes that a table says.
    init(_ match: LabelTable.Match, of table: LabelTable) {
      (names, kept, labels) = (table.classNames, match.kept, match.labels)
      passedOver = match.passedOver
    }

    /// The classes that members called `KEY.cls` say, the key being all of a name up to the first dot of
    /// its last part, as WebDataset has it.
    init(_ listing: ArchiveListing, of path: String) throws {
      let classes = Set(listing.classesByKey.values).sorted {
        $0.utf8.lexicographicallyPrecedes($1.utf8)
      }
      let numbers = Dictionary(
        uniqueKeysWithValues: classes.enumerated().map { ($1, Int32($0)) })
      var (kept, labels, without) = ([Int](), [Int32](), NamedCount())
      for picture in 0..<listing.pictures.count {
        let key = ArchiveListing.key(of: listing.pictures[picture])
        if let name = listing.classesByKey[key], let label = numbers[name] {
          kept.append(picture)
          labels.append(label)
        } else {
          without.add(listing.pictures.text(at: picture))
        }
      }
      guard !kept.isEmpty else {
        throw ImageError(
          path, "has no .cls for any picture, such as \(quoted(listing.pictures.text(at: 0)))",
          remedy: "name them KEY.cls and KEY.jpg, or pass --labels")
      }
      (names, self.kept, self.labels) = (classes, kept, labels)
      passedOver = [without.phrase("picture without a .cls", "pictures without a .cls")]
        .compactMap { $0 }
    }

    /// The classes that the folders in an archive are; a single folder that all is in counts for nothing.
    init(foldersOf pictures: NameList, at path: String) throws {
      kept = Array(0..<pictures.count)
      prefix = Self.commonFolder(of: pictures)
      let slash = CChar(bitPattern: UInt8(ascii: "/"))
      var (folders, ownCounts) = (NameList(), [Int]())
      var (labelsByFolder, labels, flatCount) = ([[CChar]: Int32](), [Int32](), 0)
      for picture in kept {
        let parts = pictures[picture].dropFirst(prefix).split(
          separator: slash, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count > 1 else {
          flatCount += 1
          continue
        }
        let folder = Array(parts[0])
        let label = labelsByFolder[folder] ?? Int32(folders.count)
        if labelsByFolder.updateValue(label, forKey: folder) == nil {
          folders.append(folder)
          ownCounts.append(0)
        }
        if parts.count == 2 { ownCounts[Int(label)] += 1 }
        labels.append(label)
      }
      guard flatCount == 0 || folders.count == 0 else {
        throw ImageError(
          path, "holds both pictures and folders of pictures",
          remedy: "put the pictures into a folder, their class, or pass --labels")
      }
      let order = folders.order
      names = order.map(folders.text)
      let counted = zip(names, order.map { ownCounts[$0] }).map { (name: $0, ownCount: $1) }
      if let parts = nestedParts(of: counted) {
        throw ImageError(
          path, "holds folders of classes: \(parts.joined(separator: ", "))",
          remedy: "make an archive of one of them, or pass --labels")
      }
      var sorted = [Int32](repeating: 0, count: folders.count)
      for (label, folder) in order.enumerated() { sorted[folder] = Int32(label) }
      self.labels = labels.map { sorted[Int($0)] }
      areFolders = folders.count > 0
    }

    /// The number of characters, the slash among them, of a folder that all pictures are in; 0 if there is
    /// none.
    private static func commonFolder(of pictures: NameList) -> Int {
      let slash = CChar(bitPattern: UInt8(ascii: "/"))
      let first = pictures[0]
      guard let end = first.firstIndex(of: slash) else { return 0 }
      let folder = first[...end]
      let isCommon = (0..<pictures.count).allSatisfy { pictures[$0].starts(with: folder) }
      return isCommon ? folder.count : 0
    }
  }
#endif
