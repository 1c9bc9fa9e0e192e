import Foundation

/// A folder of a test's own, removed with all it holds when the test lets go of it.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "stages-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit {
    remove()
  }

  func remove() {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// The path of a file of the given name in the folder.
  func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: self(name)) }

  func read(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: self(name)))
  }

  /// Writes a file, and makes the folders on the way to it.
  func write(_ data: Data, to name: String) throws {
    let url = URL(fileURLWithPath: self(name))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: url)
  }

  /// Copies a file or folder from anywhere, and makes the folders on the way to the copy.
  func copy(_ path: String, to name: String) throws {
    let url = URL(fileURLWithPath: self(name))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: path, toPath: url.path)
  }

  /// Packs a file or folder into an archive, by `tar`.
  func pack(_ name: String, as archive: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["tar", "-caf", self(archive), "-C", path, name]
    try process.run()
    process.waitUntilExit()
  }

  func move(_ name: String, to newName: String) throws {
    try FileManager.default.moveItem(atPath: self(name), toPath: self(newName))
  }

  /// The paths of all files below a sub-folder (all of them by default), hidden ones too, sorted.
  func files(in subfolder: String = "") throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: self(subfolder)).filter {
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(
        atPath: self(subfolder) + "/" + $0, isDirectory: &isFolder) && !isFolder.boolValue
    }.sorted()
  }

  /// All files below a sub-folder and what they hold.
  func snapshot(of subfolder: String = "") throws -> [String: Data] {
    var snapshot: [String: Data] = [:]
    for file in try files(in: subfolder) { snapshot[file] = try read("\(subfolder)/\(file)") }
    return snapshot
  }
}

/// Whether a path is of a file that is only there while another is written.
func isTemporary(_ path: String) -> Bool {
  path.split(separator: "/").contains { $0.hasPrefix(".") }
}
