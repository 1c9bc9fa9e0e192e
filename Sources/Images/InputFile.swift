import Foundation

/// A regular file open for reading, closed when released.
final class InputFile {
  /// The path as shown in errors.
  let name: String
  /// The length in bytes when it was opened.
  let size: Int
  let descriptor: Int32

  init(_ path: FilePath) throws {
    name = path.description
    // Without O_NONBLOCK, opening a named pipe would wait for a writer that may never come.
    descriptor = open(path.characters, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
      size = 0
      throw ImageError(
        name, "cannot be opened: \(systemMessage())", remedy: "check the path and its permissions")
    }
    size = Int(status.st_size)
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw ImageError(name, "is not a regular file", remedy: "give the path of a file")
    }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Fills `buffer` as far as the file reaches and returns the number of bytes read.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var filled = 0
    while filled < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let count = Foundation.read(descriptor, rest.baseAddress, rest.count)
      if count == 0 { break }
      if count > 0 {
        filled += count
      } else if errno != EINTR {
        throw ImageError(
          name, "cannot be read: \(systemMessage())", remedy: "check the disk it is on")
      }
    }
    return filled
  }

  /// The next bytes of the file, `count` of them or as many as are left.
  func read(upTo count: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = try read(into: UnsafeMutableRawBufferPointer(buffer))
    }
  }
}
