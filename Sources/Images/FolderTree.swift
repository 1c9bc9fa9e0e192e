/// All pictures below a folder, at any depth.
struct FolderTree {
  /// The paths of the pictures below the folder, sorted by bytes.
  private(set) var images = NameList()
  /// The number of pictures that lie in the folder itself.
  private(set) var ownCount = 0
  /// The files that are no pictures.
  private(set) var others = FileKinds()

  /// The number of files, pictures or not.
  var count: Int { images.count + others.count }

  /// Lists a folder and all below it, but for hidden files and what systems keep for themselves.
  ///
  /// `progress` is called with the number of files now and then.
  init(path: FilePath, progress: (Int) -> Void) throws {
    try add(path, called: [], within: [], progress)
    images.sort()
  }

  /// Whether a system made a folder, of that name, for itself: thumbnails, resource forks.
  static func isOfSystem(_ name: some Sequence<CChar>) -> Bool {
    ["@eaDir", "__MACOSX"].contains { name.elementsEqual($0.utf8.map { CChar(bitPattern: $0) }) }
  }

  private mutating func add(
    _ folder: FilePath, called prefix: [CChar], within ancestors: [FileIdentity],
    _ progress: (Int) -> Void
  ) throws {
    // A link may lead to a folder that the link is in.
    guard let identity = folder.identity, !ancestors.contains(identity) else { return }
    let listed = count
    let listing = try FolderListing(path: folder) { progress(listed + $0) }
    if prefix.isEmpty { ownCount = listing.images.count }
    for index in 0..<listing.images.count { images.append(prefix + listing.images[index]) }
    others.add(listing.others)
    for index in 0..<listing.folders.count where !Self.isOfSystem(listing.folders[index]) {
      let name = listing.folders[index]
      try add(
        folder.appending(name), called: prefix + name + [CChar(bitPattern: UInt8(ascii: "/"))],
        within: ancestors + [identity], progress)
    }
  }
}
