/// Where the images of a folder are: the paths, by number, of a million files in little memory.
struct FolderIndex {
  /// The names of the classes; empty when the folder is flat.
  let classNames: [String]
  /// The number of files passed over because their names are not those of pictures.
  let ignoredFileCount: Int
  /// The folders with images: one, or one for each class.
  private let folders: [FilePath]
  /// The number of the first image of each folder.
  private let starts: [Int]
  /// The names of all images, folder by folder.
  private let names: NameList

  /// The number of images.
  var count: Int { names.count }

  /// Lists a folder and its sub-folders; throws unless it is flat or each sub-folder has images.
  ///
  /// `indexing` is called now and then with the number of files listed so far.
  init(_ path: FilePath, indexing: (Int) -> Void) throws {
    let top = try FolderListing(path: path, progress: indexing)
    var listed = top.count
    let classes = try (0..<top.folders.count).map { index in
      let folder = path.appending(top.folders[index])
      let listing = try FolderListing(path: folder) { indexing(listed + $0) }
      listed += listing.count
      return (folder: folder, listing: listing)
    }
    ignoredFileCount = classes.reduce(top.otherCount) { $0 + $1.listing.otherCount }

    let isFlat = classes.allSatisfy { $0.listing.images.count == 0 }
    if isFlat {
      guard top.images.count > 0 else {
        throw ImageError(
          path.description, "holds no picture",
          remedy:
            "give a folder of .png, .jpg or .webp files, or of one sub-folder of them for each class"
        )
      }
      (folders, starts, names, classNames) = ([path], [0], top.images, [])
      return
    }
    guard top.images.count == 0 else {
      throw ImageError(
        path.description, "holds both pictures and sub-folders of pictures",
        remedy: "move the pictures into a sub-folder, their class")
    }
    if let empty = classes.first(where: { $0.listing.images.count == 0 }) {
      throw ImageError(
        empty.folder.description, "holds no picture, but its neighbours are classes",
        remedy: "add images or take the folder away")
    }
    folders = classes.map(\.folder)
    classNames = (0..<top.folders.count).map { top.folders.text(at: $0) }
    var (starts, names) = ([Int](), NameList())
    for (_, listing) in classes {
      starts.append(names.count)
      names.append(contentsOf: listing.images)
    }
    (self.starts, self.names) = (starts, names)
  }

  /// The folder the image `index` is in, counted from 0: its class.
  func folder(of index: Int) -> Int {
    var (low, high) = (0, starts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= index { low = middle } else { high = middle }
    }
    return low
  }

  /// The path of the image `index` below the folder, as text.
  func name(at index: Int) -> String {
    let name = names.text(at: index)
    return classNames.isEmpty ? name : "\(classNames[folder(of: index)])/\(name)"
  }

  /// The path of the image `index`.
  func path(at index: Int) -> FilePath {
    folders[folder(of: index)].appending(names[index])
  }
}
