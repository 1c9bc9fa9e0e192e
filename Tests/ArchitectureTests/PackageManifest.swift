import Foundation

/// What Package.swift says of each target, and what the target's sources import.
struct PackageManifest {
  /// A target, with the names of the targets and products it declares to depend on.
  struct Target {
    let name: String
    let kind: String
    let folder: String
    let dependencies: Set<String>
  }

  /// The targets in the order of the file.
  let targets: [Target]
  private let root: URL

  /// Reads the manifest of the package these tests are of.
  ///
  /// The order of targets is the author's, which no tool reports: so the text is read.
  init() throws {
    root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8)
    let calls = text.split(separator: "  targets: [")[1]
    targets = try calls.matches(of: Self.call).map { match in
      let (kind, name, body) = (String(match.1), String(match.2), String(match.3))
      let path = try /path: "([^"]+)"/.firstMatch(in: body).map { String($0.1) }
      return Target(
        name: name, kind: kind,
        folder: path ?? (kind == "testTarget" ? "Tests/" : "Sources/") + name,
        dependencies: try Self.dependencies(in: body))
    }
  }

  /// The modules that a target's Swift sources import.
  func imports(of target: Target) throws -> Set<String> {
    try modules(of: target, extension: "swift", line: /(?m)^ *(?:@\w+ )?import (\w+)/)
  }

  /// The names of the headers that a target's C sources include, without their ending.
  func includes(of target: Target) throws -> Set<String> {
    try modules(of: target, extension: "c", line: /(?m)^#include [<"](?:.*\/)?(\w+)\.h[>"]/)
  }

  nonisolated(unsafe) private static let call =
    /\.(target|systemLibrary|executableTarget|testTarget)\(\s*name: "([^"]+)"((?:(?!\n    \.|\n  \]).|\n(?!    \.|  \]))*)/

  private static func dependencies(in body: String) throws -> Set<String> {
    guard let list = try /dependencies: \[((?:[^\[\]]|\[[^\]]*\])*)\]/.firstMatch(in: body) else {
      return []
    }
    let text = list.1.replacing(/condition: [^)]*\)\)/, with: "")
    var names = Set(text.matches(of: /"([^"]+)"/).map { String($0.1) })
    if text.contains("argumentParser") { names.insert("ArgumentParser") }
    if text.contains("logging") { names.insert("Logging") }
    return names
  }

  private func modules(
    of target: Target, extension suffix: String, line: Regex<(Substring, Substring)>
  ) throws -> Set<String> {
    let folder = root.appending(path: target.folder)
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    var found = Set<String>()
    while let file = files?.nextObject() as? URL {
      guard file.pathExtension == suffix else { continue }
      let text = try String(contentsOf: file, encoding: .utf8)
      found.formUnion(text.matches(of: line).map { String($0.1) })
    }
    return found
  }
}
