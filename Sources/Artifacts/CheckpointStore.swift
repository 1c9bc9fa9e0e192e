import Foundation

/// The path of a file that belongs to the one at `outputPath`: its name, less ".safetensors", then a
/// dot and `ending`.
public func companionPath(of outputPath: String, _ ending: String) -> String {
  let output = outputPath as NSString
  let name = output.pathExtension == "safetensors" ? output.deletingPathExtension : outputPath
  return "\(name).\(ending)"
}

/// A state of training read back from disk.
public struct Checkpoint: Sendable {
  /// The file that holds it.
  public let file: ArtifactFile
  /// One line for the user, if this is not the latest state because that one is damaged.
  public let warning: String?
}

/// Keeps the last two states of a training beside the model it will make.
///
/// For `NAME.safetensors` they are `NAME.checkpoint.safetensors` and
/// `NAME.checkpoint.previous.safetensors`. Killed at any moment, a save leaves one that is whole. The last
/// state of a finished training is kept as `NAME.finished.safetensors`, for a longer one to go on from.
public struct CheckpointStore: Sendable {
  /// Where the latest state is.
  public let path: String
  /// Where the state before it is.
  public let previousPath: String
  /// Where the last state of a finished training is.
  public let finishedPath: String

  /// The store for a training that will write its model at `outputPath`.
  public init(besides outputPath: String) {
    path = companionPath(of: outputPath, "checkpoint.safetensors")
    previousPath = companionPath(of: outputPath, "checkpoint.previous.safetensors")
    finishedPath = companionPath(of: outputPath, "finished.safetensors")
  }

  /// Stores `state`, of kind `checkpoint`, as the latest; the latest so far becomes the previous.
  ///
  /// Throws a `FileError`, and leaves both as they were, if it cannot be written.
  public func save(_ state: Artifact) throws {
    precondition(state.metadata.kind == .checkpoint)
    try state.write(to: path, keepingOldAs: previousPath)
  }

  /// The latest state that is whole; nil if there is none at all. A damaged one is replaced by the
  /// one before it, so that the next save does not put it in that one's place.
  ///
  /// Throws a `FileError` if there are files but none can be used.
  public func load() throws -> Checkpoint? {
    let present = [path, previousPath].filter { FileManager.default.fileExists(atPath: $0) }
    guard let latest = present.first else { return nil }
    do {
      return Checkpoint(file: try ArtifactFile(path: latest, kind: .checkpoint), warning: nil)
    } catch let damage as FileError {
      let all = present.joined(separator: " and ")
      guard latest == path, present.count == 2,
        let previous = try? ArtifactFile(path: previousPath, kind: .checkpoint)
      else {
        throw FileError(
          latest,
          present.count == 2 ? "\(damage.problem), and so is the one before it" : damage.problem,
          remedy: "remove \(all) to start from the beginning")
      }
      guard rename(previousPath, path) == 0 else {
        throw FileError.system(path, "cannot be written")
      }
      return Checkpoint(
        file: previous,
        warning: "\(path) \(damage.problem); going on from the checkpoint before it")
    }
  }

  /// The last state of a finished training; nil if it was not kept.
  ///
  /// Throws a `FileError` if it is damaged.
  public func loadFinished() throws -> Checkpoint? {
    guard FileManager.default.fileExists(atPath: finishedPath) else { return nil }
    return Checkpoint(file: try ArtifactFile(path: finishedPath, kind: .checkpoint), warning: nil)
  }

  /// Makes the latest state that of a finished training and removes the one before it.
  ///
  /// Throws a `FileError` if the folder cannot be changed.
  public func finish() throws {
    guard rename(path, finishedPath) == 0 else {
      throw FileError.system(finishedPath, "cannot be written")
    }
    try remove()
  }

  /// Removes the states of an unfinished training; it is no error if there are none.
  ///
  /// Throws a `FileError` if one is there but cannot be removed.
  public func remove() throws {
    for file in [path, previousPath] { try AtomicFile.remove(file) }
  }
}
