#if Archives
  import Artifacts

  /// The members of an archive, gone through once.
  struct ArchiveListing {
    /// The paths of the pictures, cleaned of what says nothing, sorted by bytes.
    private(set) var pictures = NameList()
    /// The place of each picture in the archive, counted in members.
    private(set) var places: [Int] = []
    /// What members called `KEY.cls` hold, by their keys.
    private(set) var classesByKey: [[CChar]: String] = [:]
    /// The number of members.
    private(set) var memberCount = 0
    /// The size of the first picture; nil where nobody asked for it or none can be read.
    private(set) var firstSize: ImageSize?

    private var others = FileKinds()
    private var (escaping, links, repeated) = (NamedCount(), NamedCount(), NamedCount())
    private var textSize = 0

    /// The most members an archive may have.
    static let maximumMemberCount = 20_000_000
    /// The most bytes that all their names, and those of classes, may have.
    static let maximumTextSize = 1 << 30
    /// The longest class name, in bytes.
    static let maximumClassSize = 1024

    /// Goes through the archive at `path`.
    ///
    /// - Parameters:
    ///   - readsClasses: whether members called `KEY.cls` are read.
    ///   - looksForSize: whether to find the size of a picture.
    ///   - toleratesBadImages: whether to look on where that cannot be read.
    ///   - progress: called with the number of members now and then.
    /// - Throws: an `ImageError` if the archive is damaged or beyond the limits.
    init(
      _ path: FilePath, readsClasses: Bool, looksForSize: Bool, toleratesBadImages: Bool,
      progress: (Int) -> Void
    ) throws {
      let reader = try ArchiveReader(path)
      while let member = try reader.next() {
        defer { memberCount += 1 }
        if memberCount.isMultiple(of: 1000) { progress(memberCount) }
        guard let name = try accepted(member, of: path) else { continue }
        func contents(upTo limit: Int = ArchiveReader.maximumMemberSize) throws -> [UInt8] {
          try reader.contents(
            upTo: limit, of: Self.subject(of: text(name[...]), in: path.description))
        }
        if FolderListing.isPicture(name) {
          pictures.append(name)
          places.append(memberCount)
          guard looksForSize, firstSize == nil else { continue }
          do {
            firstSize = try EncodedImage(
              contents(), name: Self.subject(of: text(name[...]), in: path.description)
            ).size
          } catch {
            if !toleratesBadImages { throw error }
          }
        } else if readsClasses, name.ends(with: ".cls") {
          try addClass(contents(upTo: Self.maximumClassSize), of: name, in: path)
        } else {
          others.add(name)
        }
      }
      sortPictures()
    }

    /// What errors call a member.
    static func subject(of name: String, in archive: String) -> String {
      "\(archive) (\(quoted(name)))"
    }

    /// The key of a picture or its class: its path up to the first dot of the last part.
    static func key(of name: some BidirectionalCollection<CChar>) -> [CChar] {
      let name = Array(name)
      let start = name.lastIndex(of: CChar(bitPattern: UInt8(ascii: "/"))).map { $0 + 1 } ?? 0
      let dot = name[start...].firstIndex(of: CChar(bitPattern: UInt8(ascii: ".")))
      return Array(name[..<(dot ?? name.count)])
    }

    /// What was passed over: phrases for people.
    var passedOver: [String] {
      [
        others.count > 0 ? others.description : nil,
        links.phrase("link or device", "links and devices"),
        escaping.phrase("name that leads out of the archive", "names that lead out of the archive"),
        repeated.phrase("name that was there before", "names that were there before"),
      ].compactMap { $0 }
    }

    /// The cleaned name of a member that may be of interest; nil for others, some of which are counted.
    private mutating func accepted(_ member: ArchiveMember, of path: FilePath) throws -> [CChar]? {
      textSize += member.name.count
      guard memberCount < Self.maximumMemberCount, textSize <= Self.maximumTextSize else {
        throw ImageError(
          path.description, "has more than \(Self.maximumMemberCount) members, or too long names",
          remedy: "split it")
      }
      guard !member.isFolder else { return nil }
      guard member.isFile else {
        links.add(text(member.name[...]))
        return nil
      }
      let slash = CChar(bitPattern: UInt8(ascii: "/"))
      let dot = CChar(bitPattern: UInt8(ascii: "."))
      let parts = member.name.split(separator: slash).filter { $0 != [dot] }
      guard member.name.first != slash, !parts.isEmpty, !parts.contains([dot, dot]),
        member.name.count <= 4096
      else {
        escaping.add(text(member.name[...]))
        return nil
      }
      let isOfSystem = parts.dropLast().contains(where: FolderTree.isOfSystem)
      let isHidden = isOfSystem || parts.contains { $0.first == dot }
      return isHidden ? nil : Array(parts.joined(separator: [slash]))
    }

    private mutating func addClass(
      _ contents: [UInt8], of name: [CChar], in path: FilePath
    ) throws {
      let space: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
      let trimmed = contents.drop { space.contains($0) }.reversed().drop { space.contains($0) }
      guard let className = String(validating: trimmed.reversed(), as: UTF8.self),
        !className.isEmpty, !className.utf8.contains(0)
      else {
        throw ImageError(
          Self.subject(of: text(name[...]), in: path.description), "is not the name of a class",
          remedy: "write one into it, in UTF-8, or pass --labels")
      }
      let key = Self.key(of: name)
      if let earlier = classesByKey[key], earlier != className {
        throw ImageError(
          Self.subject(of: text(name[...]), in: path.description),
          "says another class than one of that name before", remedy: "leave one of them")
      }
      textSize += className.utf8.count
      classesByKey[key] = className
    }

    /// Sorts the pictures; of several of one name the first in the archive counts.
    private mutating func sortPictures() {
      let order = pictures.order
      var (sorted, sortedPlaces) = (NameList(), [Int]())
      for picture in order {
        if sorted.count > 0, sorted[sorted.count - 1] == pictures[picture] {
          repeated.add(pictures.text(at: picture))
        } else {
          sorted.append(pictures[picture])
          sortedPlaces.append(places[picture])
        }
      }
      (pictures, places) = (sorted, sortedPlaces)
    }
  }

  extension [CChar] {
    fileprivate func ends(with ending: String) -> Bool {
      suffix(ending.utf8.count).elementsEqual(ending.utf8.map { CChar(bitPattern: $0) })
    }
  }
#endif
