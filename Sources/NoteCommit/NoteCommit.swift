import Foundation
import PackagePlugin

/// Notes which commit is built, for `--version`.
///
/// A plugin, for what a manifest finds out itself (`Context.gitInformation`) is cached and goes stale.
@main
struct NoteCommit: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let package = context.package.directoryURL
    let note = context.pluginWorkDirectoryURL.appending(path: "Commit.swift")
    let script = """
      commit=unknown
      if [ -e "$1/.git" ]; then commit=$(git -C "$1" rev-parse --short=12 HEAD || echo unknown); fi
      echo "let commit = \\"$commit\\"" >"$2"
      """
    return [
      .buildCommand(
        displayName: "Noting the commit", executable: URL(filePath: "/bin/sh"),
        arguments: [
          "-c", script, "sh", package.path(percentEncoded: false),
          note.path(percentEncoded: false),
        ],
        inputFiles: filesThatChangeWithTheCommit(of: package), outputFiles: [note])
    ]
  }

  /// Git's files that every commit and checkout writes; none outside a repository.
  private func filesThatChangeWithTheCommit(of package: URL) -> [URL] {
    var repository = package.appending(path: ".git")
    // A worktree has a file there that names its folder.
    if let link = try? String(contentsOf: repository, encoding: .utf8),
      let path = link.split(separator: "gitdir: ").last
    {
      repository = URL(
        filePath: path.trimmingCharacters(in: .whitespacesAndNewlines), relativeTo: package)
    }
    return ["HEAD", "logs/HEAD"].map { repository.appending(path: $0) }
      .filter { FileManager.default.fileExists(atPath: $0.path(percentEncoded: false)) }
  }
}
