import Foundation

/// A file without a name, for what is too large to keep in memory: nobody else finds it, and it goes
/// with the object or the process, however that ends.
public final class UnnamedFile {
  private let path: String
  private let descriptor: Int32

  /// Makes an empty file on the disk of the file at `path`, which errors will name.
  ///
  /// Only for the holder of that file's `OutputLock`. Throws a `FileError` if nothing can be written
  /// there.
  public init(onDiskOf path: String) throws {
    let name = AtomicFile.temporary(of: AtomicFile.followingLinks(path))
    descriptor = open(name, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileError.system(path, "cannot be written") }
    unlink(name)
    self.path = path
  }

  deinit {
    close(descriptor)
  }

  /// Writes `bytes` from `offset` on; throws a `FileError` if the system cannot.
  public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    guard writeAll(of: bytes, to: descriptor, at: offset) else {
      throw FileError.system(path, "cannot be written")
    }
  }

  /// Fills `buffer` with the bytes from `offset` on; throws a `FileError` if the system cannot read
  /// them.
  public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    try readAll(of: buffer, from: descriptor, at: offset, path: path)
  }
}
