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
    try Self.create(path)
    lock = try OutputLock(on: path)
    for name in names { AtomicFile.removeTemporaries(of: callAsFunction(name)) }
  }

  /// Makes the folder at `path`, if need be, for files that are locked one by one.
  ///
  /// Throws a `FileError` if it cannot be made.
  public static func create(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw FileError(
        path, "cannot be created", remedy: "choose another --output or change its permissions")
    }
  }

  /// Checks that each class can have a sub-folder that one sees: their names may be out of anybody's file.
  ///
  /// Throws a `FileError` naming the folder at `path`, with `remedy`, if one cannot.
  public static func checkSubfolders(
    _ classNames: [String], of path: String, remedy: String
  ) throws {
    if let name = classNames.first(where: {
      $0.isEmpty || $0.utf8.count > NAME_MAX || $0.hasPrefix(".") || $0.contains("/")
        || $0.contains("\0")
    }) {
      throw FileError(
        path, "cannot have a sub-folder for the class \(quoted(name))", remedy: remedy)
    }
  }

  /// The path of a file in the folder.
  public func callAsFunction(_ name: String) -> String {
    (path as NSString).appendingPathComponent(name)
  }

  /// Makes the sub-folder `name` anew: `write` fills a folder beside its place, which is then moved
  /// there. What was there makes way only when that is done.
  ///
  /// Throws a `FileError` if something cannot be written, and what `write` throws; the earlier
  /// sub-folder stays.
  public func replaceFolder(_ name: String, write: (String) throws -> Void) throws {
    let manager = FileManager.default
    let (staging, old) = (self(".\(name).tmp-\(getpid())"), self(".old-\(name).tmp-\(getpid())"))
    let place = self(name)
    do {
      try manager.createDirectory(atPath: staging, withIntermediateDirectories: true)
      try write(staging)
      if manager.fileExists(atPath: place) { try manager.moveItem(atPath: place, toPath: old) }
      try manager.moveItem(atPath: staging, toPath: place)
      if manager.fileExists(atPath: old) { try manager.removeItem(atPath: old) }
    } catch {
      try? manager.removeItem(atPath: staging)
      guard let reason = error as? CocoaError else { throw error }
      throw FileError(
        place, "cannot be written: \(reason.localizedDescription)",
        remedy: "check its permissions and the disk")
    }
  }

  /// Lets others write the folder.
  public func release() {
    lock.release()
  }
}
