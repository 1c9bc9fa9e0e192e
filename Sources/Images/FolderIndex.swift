/// Where the images of a folder are: the paths, by number, of a million files in little memory.
struct FolderIndex {
  /// The names of the classes; empty when the folder is unlabelled.
  let classNames: [String]
  /// What was passed over: phrases for people.
  let passedOver: [String]
  /// The folders with images: one, or one for each class.
  private let folders: [FilePath]
  /// The number of the first image of each folder.
  private let starts: [Int]
  /// The names of all images, folder by folder.
  private let names: NameList
  /// The class of each image where a table says it; nil where it is the folder.
  private let labels: [Int32]?

  /// The number of images.
  var count: Int { names.count }

  /// Lists a folder: it is flat, or a sub-folder is the class of all pictures in it, at any depth.
  ///
  /// `indexing` is called now and then with the number of files listed so far. Throws unless there is a
  /// picture, and unless it is clear what the classes are.
  init(_ path: FilePath, indexing: (Int) -> Void) throws {
    let top = try FolderListing(path: path, progress: indexing)
    let (classes, empty, others) = try Self.classes(of: top, at: path, indexing)
    passedOver = Self.passedOver(others, empty)
    labels = nil
    if classes.isEmpty {
      guard top.images.count > 0 else { throw Self.noPicture(path) }
      (folders, starts, names, classNames) = ([path], [0], top.images, [])
      return
    }
    guard top.images.count == 0 else {
      throw ImageError(
        path.description, "holds both pictures and sub-folders of pictures",
        remedy: "move the pictures into a sub-folder, their class")
    }
    try Self.refuseSplits(classes, at: path)
    folders = classes.map { path.appending($0.name) }
    classNames = classes.map { text($0.name) }
    var (starts, names) = ([Int](), NameList())
    for (_, tree) in classes {
      starts.append(names.count)
      names.append(contentsOf: tree.images)
    }
    (self.starts, self.names) = (starts, names)
  }

  /// Lists the pictures of a folder, at any depth, that the chosen rows of a table name.
  init(_ path: FilePath, table: LabelTable, indexing: (Int) -> Void) throws {
    let tree = try FolderTree(path: path, progress: indexing)
    guard tree.images.count > 0 else { throw Self.noPicture(path) }
    let match = try table.match(tree.images, in: path.description)
    var names = NameList()
    for index in match.kept { names.append(tree.images[index]) }
    (folders, starts, self.names, labels) = ([path], [0], names, match.labels)
    classNames = table.classNames
    passedOver = Self.passedOver(tree.others, NamedCount()) + match.passedOver
  }

  /// The class of the image `index`, or nil when unlabelled.
  func label(at index: Int) -> Int? {
    if let labels { return Int(labels[index]) }
    return classNames.isEmpty ? nil : folder(of: index)
  }

  /// The path of the image `index` below the folder, as text.
  func name(at index: Int) -> String {
    let name = names.text(at: index)
    return labels != nil || classNames.isEmpty
      ? name : "\(classNames[folder(of: index)])/\(name)"
  }

  /// The path of the image `index`.
  func path(at index: Int) -> FilePath {
    folders[folder(of: index)].appending(names[index])
  }

  /// The folder the image `index` is in, counted from 0.
  private func folder(of index: Int) -> Int {
    var (low, high) = (0, starts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= index { low = middle } else { high = middle }
    }
    return low
  }
}

extension FolderIndex {
  private typealias Class = (name: ArraySlice<CChar>, tree: FolderTree)

  /// The sub-folders with pictures, the names of those without, and all files that are none.
  private static func classes(
    of top: FolderListing, at path: FilePath, _ indexing: (Int) -> Void
  ) throws -> (classes: [Class], empty: NamedCount, others: FileKinds) {
    var (classes, empty, others) = ([Class](), NamedCount(), top.others)
    var listed = top.count
    for index in 0..<top.folders.count {
      let name = top.folders[index]
      if !FolderTree.isOfSystem(name) {
        let tree = try FolderTree(path: path.appending(name)) { indexing(listed + $0) }
        listed += tree.count
        others.add(tree.others)
        if tree.images.count > 0 {
          classes.append((name, tree))
          continue
        }
      }
      empty.add(top.folders.text(at: index))
    }
    return (classes, empty, others)
  }

  /// Throws where the sub-folders are parts of a data set, such as `train`, with classes of their own.
  private static func refuseSplits(_ classes: [Class], at path: FilePath) throws {
    guard let nested = nestedParts(of: classes.map { (text($0.name), $0.tree.ownCount) }),
      let first = nested.first(where: { $0.lowercased().hasPrefix("train") }) ?? nested.first
    else { return }
    throw ImageError(
      path.description, "holds folders of classes: \(nested.joined(separator: ", "))",
      remedy: "give one of them, such as \(path.description)/\(first)")
  }

  private static func passedOver(_ others: FileKinds, _ emptyFolders: NamedCount) -> [String] {
    [
      others.count > 0 ? others.description : nil,
      emptyFolders.phrase("folder without a picture", "folders without a picture"),
    ].compactMap { $0 }
  }

  private static func noPicture(_ path: FilePath) -> ImageError {
    ImageError(
      path.description, "holds no picture",
      remedy:
        "give a folder of .png, .jpg or .webp files, or of one sub-folder of them for each class")
  }
}

/// The sub-folders that are parts of a data set, such as `train`, with classes of their own; nil where all
/// are classes. The count is that of the pictures in a sub-folder itself.
func nestedParts(of folders: [(name: String, ownCount: Int)]) -> [String]? {
  let parts: Set = [
    "train", "training", "val", "valid", "validation", "dev", "test", "testing",
  ]
  let nested = folders.filter { $0.ownCount == 0 }.map(\.name)
  let areParts = folders.allSatisfy { parts.contains($0.name.lowercased()) }
  return areParts && !nested.isEmpty ? nested : nil
}
