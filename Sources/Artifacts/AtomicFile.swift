import Foundation

/// A file written beside its place and moved there only when it is whole and on the disk.
///
/// A reader sees the old file or the new one, never a part. Until `commit` returns, an error or the
/// end of the object's life removes what was written. Its temporary is called `.name.tmp-PID`.
/// A symbolic link at the path is followed: the file it leads to is replaced.
public final class AtomicFile {
  /// Where the file will be, as the path was given.
  public let path: String
  private let place: String
  private let temporary: String
  private var descriptor: Int32
  private var end = 0
  private var isPending = true

  /// Starts a file that will be at `path`.
  ///
  /// Throws a `FileError` if nothing can be written there.
  public init(path: String) throws {
    guard !path.isEmpty, !path.hasSuffix("/") else {
      throw FileError(
        path.isEmpty ? "''" : path, "cannot be written: it is not the name of a file",
        remedy: "choose another name")
    }
    self.path = path
    place = Self.followingLinks(path)
    var status = stat()
    if stat(place, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      throw FileError(
        path, "cannot be written: it is there and is not a regular file",
        remedy: "choose another name")
    }
    temporary = Self.temporary(of: place)
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure() }
  }

  deinit {
    discard()
  }

  /// Writes a whole file at once: all of it is there afterwards, or nothing has changed.
  ///
  /// Throws a `FileError` if it cannot be written.
  public static func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
    let file = try AtomicFile(path: path)
    try Array(bytes).withUnsafeBytes { try file.append($0) }
    try file.commit()
  }

  /// Checks that a file could be written at `path`, before hours of work that end in doing so.
  ///
  /// Throws the `FileError` that writing it would.
  public static func checkWritable(_ path: String) throws {
    _ = try AtomicFile(path: path)
  }

  /// Removes what killed processes left of files or folders that were to be at `path`.
  ///
  /// Only for who knows that no living process writes them: the holder of their `OutputLock`.
  public static func removeTemporaries(of path: String) {
    let place = followingLinks(path)
    let prefix = ".\((place as NSString).lastPathComponent).tmp-"
    let manager = FileManager.default
    let names = (try? manager.contentsOfDirectory(atPath: folder(of: place))) ?? []
    for name in names where name.hasPrefix(prefix) && Int(name.dropFirst(prefix.count)) != nil {
      // What cannot be removed is in nobody's way.
      try? manager.removeItem(atPath: folder(of: place) + "/" + name)
    }
  }

  /// Removes the file at `path`; it is no error if there is none.
  ///
  /// Throws a `FileError` if it is there but cannot be removed.
  public static func remove(_ path: String) throws {
    if unlink(path) != 0 && errno != ENOENT { throw FileError.system(path, "cannot be removed") }
  }

  /// Writes `bytes` after all that was written so far.
  ///
  /// Throws a `FileError`, and gives the file up, if the system cannot write them.
  public func append(_ bytes: UnsafeRawBufferPointer) throws {
    try write(bytes, at: end)
  }

  /// Writes `bytes` from `offset` on, over what is there.
  ///
  /// Throws a `FileError`, and gives the file up, if the system cannot write them.
  public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    precondition(isPending, "\(path) is already committed or given up")
    guard writeAll(of: bytes, to: descriptor, at: offset) else { throw failure() }
    end = max(end, offset + bytes.count)
  }

  /// Flushes the file to the disk and moves it to its place.
  ///
  /// Given a path for it, the file that was there is kept under that name, in the same folder.
  /// Throws a `FileError`, and gives the file up, if the system refuses.
  public func commit(keepingOldAs old: String? = nil) throws {
    precondition(isPending, "\(path) is already committed or given up")
    guard fsync(descriptor) == 0 else { throw failure() }
    let closed = close(descriptor)
    descriptor = -1
    guard closed == 0 else { throw failure() }
    if let old, !keep(as: old) { throw failure() }
    guard rename(temporary, place) == 0 else { throw failure() }
    isPending = false
    Self.flushFolder(of: place)
  }

  /// Gives the file at `place`, if there is one, the name `old` as well, so that a process killed before
  /// the renaming leaves a file at `place`; false, with the reason in `errno`, if the system refuses.
  private func keep(as old: String) -> Bool {
    // Where there is none, a file at `old` may be all there is.
    guard access(place, F_OK) == 0 else { return errno == ENOENT }
    guard unlink(old) == 0 || errno == ENOENT else { return false }
    // Some file systems give a file one name only: there the old one is lost to `place` for a moment.
    return link(place, old) == 0 || rename(place, old) == 0
  }

  /// Makes a renaming to `place` last; not every file system can flush a folder, so none is made to.
  static func flushFolder(of place: String) {
    let folder = open(folder(of: place), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    _ = fsync(folder)
    close(folder)
  }

  /// The error of the call that has just failed, once its traces are removed.
  private func failure() -> FileError {
    let code = errno
    discard()
    return FileError.system(path, "cannot be written", code: code)
  }

  private func discard() {
    guard isPending else { return }
    isPending = false
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
    unlink(temporary)
  }

  /// What a file of this process is called before it is at `place`.
  static func temporary(of place: String) -> String {
    folder(of: place) + "/.\((place as NSString).lastPathComponent).tmp-\(getpid())"
  }

  static func folder(of path: String) -> String {
    let folder = (path as NSString).deletingLastPathComponent
    return folder.isEmpty ? "." : folder
  }

  static func followingLinks(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}

/// Writes all `bytes` to an open file, from `offset` on; false, with the reason in `errno`, if the
/// system cannot.
func writeAll(of bytes: UnsafeRawBufferPointer, to descriptor: Int32, at offset: Int) -> Bool {
  var done = 0
  while done < bytes.count {
    let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
    let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
    if count < 0 && errno == EINTR { continue }
    guard count >= 0 else { return false }
    done += count
  }
  return true
}
