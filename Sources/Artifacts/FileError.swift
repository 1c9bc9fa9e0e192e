import Foundation

/// A file that cannot be used, told in one line: the file, what is wrong with it, what to do.
public struct FileError: Error, CustomStringConvertible, Sendable {
  /// The file, as the user named it.
  public let path: String
  /// What is wrong, worded to follow the path: "is damaged: …".
  public let problem: String
  /// What to do about it, worded to follow a semicolon.
  public let remedy: String

  /// An error about `path`: the three parts are printed as "path problem; remedy".
  public init(_ path: String, _ problem: String, remedy: String) {
    self.path = path
    self.problem = problem
    self.remedy = remedy
  }

  /// The error of the system call that has just failed on `path`.
  ///
  /// `problem` says what could not be done ("cannot be written"); the system's reason and a remedy
  /// are added from `code`, an `errno` value.
  public static func system(_ path: String, _ problem: String, code: Int32 = errno) -> FileError {
    let reason = String(cString: strerror(code))
    return FileError(path, "\(problem): \(reason)", remedy: remedy(for: code, path: path))
  }

  /// The one line: path, problem and remedy, with control characters escaped, and each cut to a length one
  /// can read, for they may repeat names out of a file that are of any length.
  public var description: String {
    "\(shortened(onOneLine(path), to: 4096)) \(shortened(onOneLine(problem), to: 1000)); "
      + shortened(onOneLine(remedy), to: 500)
  }

  private static func remedy(for code: Int32, path: String) -> String {
    let folder = (path as NSString).deletingLastPathComponent
    return switch code {
    case ENOSPC, EDQUOT: "free some space and run the same command again"
    case EFBIG: "raise the file size limit (ulimit -f) and run the same command again"
    case EACCES, EPERM, EROFS: "change its permissions or choose another place"
    case ENOENT where !folder.isEmpty && !FileManager.default.fileExists(atPath: folder):
      "create the folder \(folder) first or choose another place"
    case ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG: "check the path"
    case EMFILE, ENFILE: "raise the limit on open files (ulimit -n)"
    default: "check the disk"
    }
  }
}

/// Text with everything that could break or disguise a line of output escaped: control characters,
/// separators of lines and paragraphs, and the marks that turn the direction of writing.
public func onOneLine(_ text: String) -> String {
  var line = ""
  for scalar in text.unicodeScalars {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator:
      line += "\\u{\(String(scalar.value, radix: 16))}"
    default:
      line.unicodeScalars.append(scalar)
    }
  }
  return line
}

/// A name found in a file, quoted for a message and cut to a length one can read.
public func quoted(_ name: String) -> String { "'\(shortened(name, to: 80))'" }

/// The scalars in the first `limit` bytes of a text; a single character may be made of megabytes.
private func shortened(_ text: String, to limit: Int) -> String {
  guard let end = text.utf8.index(text.startIndex, offsetBy: limit, limitedBy: text.endIndex),
    end < text.endIndex
  else { return text }
  return String(text.unicodeScalars[..<end]) + "…"
}
