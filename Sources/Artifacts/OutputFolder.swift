import Foundation

/// A folder that a stage fills with files, and no other process meanwhile.
public final class OutputFolder {
  /// Where it is.
  public let path: String
  private let lock: OutputLock

  /// Makes the folder at `path`, if need be, and takes its lock. What killed processes left of the
  /// files or folders called `names` in it is removed.
  ///
  /// Throws a `FileError` if the folder cannot be made or written to, or another process is writing it.
  public init(path: String, for names: [String]) throws {
    self.path = path
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw FileError(
        path, "cannot be created", remedy: "choose another --output or change its permissions")
    }
    lock = try OutputLock(on: path)
    for name in names { AtomicFile.removeTemporaries(of: callAsFunction(name)) }
  }

  /// The path of a file in the folder.
  public func callAsFunction(_ name: String) -> String {
    (path as NSString).appendingPathComponent(name)
  }

  /// Lets others write the folder.
  public func release() {
    lock.release()
  }
}
