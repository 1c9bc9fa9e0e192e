import CPNG
import CZlib
import Foundation

extension Image {
  /// Writes an 8-bit grey or RGB PNG: beside its place, flushed to disk, then renamed.
  ///
  /// Whoever opens `path` finds the old file or the whole new one. Throws an `ImageError` that
  /// names the file when it cannot be written; nothing half-written stays behind.
  public func writePNG(to path: String) throws {
    try replaceFile(at: path, with: pngBytes(for: path))
  }

  /// The image as an 8-bit grey or RGB PNG, to be embedded or sent; throws when libpng refuses.
  public func pngBytes() throws -> [UInt8] {
    try pngBytes(for: "PNG")
  }

  private func pngBytes(for name: String) throws -> [UInt8] {
    var writer = png_image()
    writer.version = UInt32(PNG_IMAGE_VERSION)
    writer.width = UInt32(width)
    writer.height = UInt32(height)
    writer.format = UInt32(channels == 3 ? PNG_FORMAT_FLAG_COLOR : 0)
    defer { png_image_free(&writer) }

    // Each row has one byte more, its filter; libpng cuts the compressed stream into chunks of
    // 8 KiB, 12 bytes each; what else it writes fits into the last kilobyte.
    let deflated = Int(compressBound(uLong(height * (width * channels + 1))))
    let bound = deflated + 12 * (deflated / 8192 + 1) + 1024
    return try [UInt8](unsafeUninitializedCapacity: bound) { output, count in
      var size = png_alloc_size_t(bound)
      guard
        png_image_write_to_memory(&writer, output.baseAddress, &size, 0, bytes, 0, nil) != 0
      else {
        throw ImageError(
          name, "cannot be encoded as PNG (\(message(of: writer)))", remedy: "write fewer pixels")
      }
      count = Int(size)
    }
  }
}

/// Writes `bytes` to a hidden file beside `path`, flushes it to disk and renames it to `path`.
private func replaceFile(at path: String, with bytes: [UInt8]) throws {
  let place = URL(fileURLWithPath: path)
  let partial = place.deletingLastPathComponent()
    .appendingPathComponent(".\(place.lastPathComponent).tmp-\(getpid())").path

  func failure() -> ImageError {
    let reason = systemMessage()
    return ImageError(
      path, "cannot be written: \(reason)",
      remedy: "check that its folder exists, is writable and has space")
  }

  let descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o666)
  guard descriptor >= 0 else { throw failure() }
  do {
    defer { close(descriptor) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { write(descriptor, $0[written...]) }
      if count < 0 && errno != EINTR { throw failure() }
      written += max(count, 0)
    }
    guard fsync(descriptor) == 0, rename(partial, path) == 0 else { throw failure() }
  } catch {
    unlink(partial)
    throw error
  }
}

private func write(_ descriptor: Int32, _ bytes: Slice<UnsafeRawBufferPointer>) -> Int {
  let rest = UnsafeRawBufferPointer(rebasing: bytes)
  return Foundation.write(descriptor, rest.baseAddress, rest.count)
}

/// What libpng last had to say about an image.
private func message(of image: png_image) -> String {
  withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
