import CZlib

/// The bytes of a PNG with the checksum of each whole chunk made right, which no mutation finds.
public func repairingChecksums(ofPNG bytes: [UInt8]) -> [UInt8] {
  var bytes = bytes
  // A chunk: length, type, data, and the checksum of type and data.
  var start = 8
  while start + 12 <= bytes.count {
    let length = bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
    guard length <= bytes.count - start - 12 else { break }
    let end = start + 8 + length
    let checksum = crc32(0, Array(bytes[start + 4..<end]), uInt(4 + length))
    for index in 0..<4 {
      bytes[end + index] = UInt8(truncatingIfNeeded: checksum >> (24 - 8 * index))
    }
    start = end + 4
  }
  return bytes
}
