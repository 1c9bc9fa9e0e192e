/// Whether the file at `path` is an archive, told by its first bytes, or as a last resort by its name.
///
/// Throws an `ImageError` if the file cannot be read.
func isArchive(_ path: FilePath) throws -> Bool {
  let compressed: [[UInt8]] = [
    [0x42, 0x5A, 0x68], [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], [0x28, 0xB5, 0x2F, 0xFD],
  ]
  let zip: [[UInt8]] = [[0x50, 0x4B, 0x03, 0x04], [0x50, 0x4B, 0x05, 0x06]]
  let file = try InputFile(path)
  let reader = try GzipReader(file)
  var start = [UInt8](repeating: 0, count: 512)
  // A file that is no gzip after all is told so by who reads it.
  let count = (try? start.withUnsafeMutableBytes { try reader.read(into: $0) }) ?? 0
  if count == 512, start[257..<262].elementsEqual("ustar".utf8) { return true }
  return (compressed + zip).contains { start.starts(with: $0) } || file.name.hasSuffix(".tar")
}
