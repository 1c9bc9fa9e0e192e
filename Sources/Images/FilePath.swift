import Foundation

/// A path as the system sees it: bytes, which need not be valid UTF-8.
struct FilePath: CustomStringConvertible {
  /// The bytes, followed by a NUL.
  let characters: [CChar]

  init(_ path: String) {
    characters = Array(path.utf8CString)
  }

  private init(characters: [CChar]) {
    self.characters = characters
  }

  /// The path of the file or folder `name` inside this folder.
  func appending(_ name: some Sequence<CChar>) -> FilePath {
    let separator = CChar(bitPattern: UInt8(ascii: "/"))
    return FilePath(characters: characters.dropLast() + [separator] + name + [0])
  }

  /// Whether there is a folder at the path, or a link to one.
  var isFolder: Bool {
    var status = stat()
    return stat(characters, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Which file or folder it is, whatever its path; nil if there is none.
  var identity: FileIdentity? {
    var status = stat()
    guard stat(characters, &status) == 0 else { return nil }
    return FileIdentity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
  }

  /// The path as text, with what is not UTF-8 replaced.
  var description: String {
    String(decoding: characters.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// What tells a file or folder from all others on a machine.
struct FileIdentity: Hashable {
  let device: UInt64
  let number: UInt64
}

/// The system's words for the error that just happened.
func systemMessage() -> String {
  String(cString: strerror(errno))
}
