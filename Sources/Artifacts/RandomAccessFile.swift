import Foundation

/// A regular file held open and read at any position, from any thread.
public final class RandomAccessFile: Sendable {
  /// The path of the file, as it was given.
  public let path: String
  /// The length in bytes when it was opened.
  public let size: Int
  private let descriptor: Int32

  private static let chunkSize = 1 << 20

  /// Opens the file at `path`; throws a `FileError` if it cannot be, or is not a regular file.
  public init(path: String) throws {
    // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT { throw FileError(path, "is missing", remedy: "check the path") }
      throw FileError.system(path, "cannot be opened")
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw FileError(path, "is not a regular file", remedy: "pass the path of a file")
    }
    self.path = path
    self.size = Int(status.st_size)
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  /// Fills `buffer` with the bytes from `offset` on.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    try readAll(of: buffer, from: descriptor, at: offset, path: path)
  }

  /// The bytes of `range` as values of a fixed-size type, read straight into place.
  ///
  /// Throws a `FileError` if the file cannot be read or has become shorter.
  public func read<Value: BitwiseCopyable>(_ range: Range<Int>) throws -> [Value] {
    let count = range.count / MemoryLayout<Value>.size
    return try [Value](unsafeUninitializedCapacity: count) { values, initializedCount in
      let values = UnsafeMutableBufferPointer(rebasing: values[..<count])
      try read(into: UnsafeMutableRawBufferPointer(values), at: range.lowerBound)
      initializedCount = count
    }
  }

  /// Calls `body` with the bytes of `range`, in order, in pieces of a size divisible by eight.
  func forEachChunk(
    of range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let capacity = min(Self.chunkSize, range.count)
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 64)
    defer { chunk.deallocate() }
    for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.chunkSize) {
      let count = min(Self.chunkSize, range.upperBound - start)
      let piece = UnsafeMutableRawBufferPointer(rebasing: chunk[..<count])
      try read(into: piece, at: start)
      try body(UnsafeRawBufferPointer(piece))
    }
  }
}

/// Fills `buffer` from an open file, from `offset` on.
///
/// Throws a `FileError` that names `path` if the system cannot read it or the file ends before.
func readAll(
  of buffer: UnsafeMutableRawBufferPointer, from descriptor: Int32, at offset: Int, path: String
) throws {
  var done = 0
  while done < buffer.count {
    let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
    let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
    if count < 0 && errno == EINTR { continue }
    guard count >= 0 else { throw FileError.system(path, "cannot be read") }
    guard count > 0 else {
      throw FileError(
        path, "was cut short while being read", remedy: "run again when nothing writes to it")
    }
    done += count
  }
}
