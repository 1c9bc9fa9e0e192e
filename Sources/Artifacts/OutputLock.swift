import Foundation

/// The right of one process to write an output, which no other has at the same time.
///
/// It hangs on the system's lock of a hidden file, `.NAME.lock` beside a file or `.lock` in a folder,
/// and ends with the process, however that ends: a lock file that was left behind stops nobody.
public final class OutputLock {
  private let lockFile: String
  private var descriptor: Int32

  /// Takes the lock of the file or the existing folder at `path`.
  ///
  /// Throws a `FileError` that says which process holds it if one does, or that nothing can be
  /// written there.
  public init(on path: String) throws {
    let lockFile = Self.lockFile(for: path)
    self.lockFile = lockFile
    // Its last holder may remove the file between the opening and the locking.
    var locked: Int32?
    while locked == nil { locked = try Self.lock(lockFile, of: path) }
    descriptor = locked ?? -1
    let bytes = Array(Self.describeThisProcess().utf8)
    ftruncate(descriptor, 0)
    pwrite(descriptor, bytes, bytes.count, 0)
  }

  /// Takes the lock of the file at `path`, once it is known that it can be written, and removes what
  /// killed processes left of it.
  ///
  /// Throws a `FileError` if it cannot be written or another process is writing it.
  public convenience init(onNewFile path: String) throws {
    try AtomicFile.checkWritable(path)
    try self.init(on: path)
    AtomicFile.removeTemporaries(of: path)
  }

  deinit {
    release()
  }

  /// Gives the lock back and removes its file; it is no error to do so twice.
  public func release() {
    guard descriptor >= 0 else { return }
    unlink(lockFile)
    close(descriptor)
    descriptor = -1
  }

  private static func lockFile(for path: String) -> String {
    let place = AtomicFile.followingLinks(path)
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: place, isDirectory: &isFolder), isFolder.boolValue {
      return place + "/.lock"
    }
    return AtomicFile.folder(of: place) + "/.\((place as NSString).lastPathComponent).lock"
  }

  /// Opens and locks the file; nil if it is not in its place any more.
  private static func lock(_ lockFile: String, of path: String) throws -> Int32? {
    let descriptor = open(lockFile, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileError.system(path, "cannot be written") }
    // A file system that knows no locks is no reason not to work there.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
      defer { close(descriptor) }
      throw FileError(
        path, "is being written by \(holder(descriptor))",
        remedy: "wait for it to end, or choose another --output")
    }
    var (opened, found) = (stat(), stat())
    if fstat(descriptor, &opened) == 0, stat(lockFile, &found) == 0, opened.st_ino == found.st_ino {
      return descriptor
    }
    close(descriptor)
    return nil
  }

  /// What the holder has written about itself, if it has come to it.
  private static func holder(_ descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 200)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : "another process"
  }

  private static func describeThisProcess() -> String {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    let host = String(
      decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return "process \(getpid()) on \(host) since \(Date().formatted(.iso8601))"
  }
}
