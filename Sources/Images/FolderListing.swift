import Foundation

/// What a folder holds, hidden files aside.
struct FolderListing {
  /// Sub-folders, sorted by bytes.
  private(set) var folders = NameList()
  /// Files with the extension of a picture, in any case, sorted by bytes.
  private(set) var images = NameList()
  /// The other files.
  private(set) var others = FileKinds()

  /// The number of files, pictures or not.
  var count: Int { images.count + others.count }

  /// Lists a folder; paths and names are bytes, valid UTF-8 or not.
  ///
  /// `progress` is called with the number of files now and then.
  init(path: FilePath, progress: (Int) -> Void) throws {
    guard let stream = opendir(path.characters) else { throw Self.failure(path) }
    defer { closedir(stream) }
    while let entry = try Self.next(in: stream, of: path) {
      guard entry.name.first != CChar(bitPattern: UInt8(ascii: ".")) else { continue }
      if entry.isFolder {
        folders.append(entry.name)
      } else if Self.isPicture(entry.name) {
        images.append(entry.name)
      } else {
        others.add(entry.name)
      }
      if count.isMultiple(of: 1000) { progress(count) }
    }
    folders.sort()
    images.sort()
  }

  private static func next(
    in stream: OpaquePointer, of path: FilePath
  ) throws -> (name: [CChar], isFolder: Bool)? {
    errno = 0
    guard let entry = readdir(stream) else {
      if errno != 0 { throw failure(path) }
      return nil
    }
    // The system allocates no more of the name than there is, so it must not be copied as a whole.
    let start = MemoryLayout.offset(of: \dirent.d_name) ?? 0
    let first = (UnsafeRawPointer(entry) + start).assumingMemoryBound(to: CChar.self)
    let name = Array(UnsafeBufferPointer(start: first, count: strlen(first)))

    switch Int(entry.pointee.d_type) {
    case Int(DT_DIR): return (name, true)
    case Int(DT_LNK), Int(DT_UNKNOWN): return (name, path.appending(name).isFolder)
    default: return (name, false)
    }
  }

  /// Whether a file's name has the extension of a picture.
  static func isPicture(_ name: [CChar]) -> Bool {
    guard let dot = name.lastIndex(of: CChar(bitPattern: UInt8(ascii: "."))) else { return false }
    let ending = name[(dot + 1)...].map { tolower(Int32($0)) }
    return pictureEndings.contains(ending)
  }

  private static let pictureEndings = Set(
    ImageFormat.fileExtensions.map { $0.utf8.map { Int32($0) } })

  private static func failure(_ path: FilePath) -> ImageError {
    ImageError(
      path.description, "cannot be listed: \(systemMessage())",
      remedy: "check the path and its permissions")
  }
}
