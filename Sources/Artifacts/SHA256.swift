import Foundation

/// The SHA-256 digest of FIPS 180-4, fed piece by piece.
///
/// Of our own, because a package for it compiles a whole cryptographic library in C into every build,
/// and the digests here keep no secrets.
///
/// ```swift
/// var digest = SHA256()
/// digest.update(bytes)
/// let identity = digest.finish()  // 64 hexadecimal digits
/// ```
public struct SHA256: Sendable {
  private var state = SIMD8<UInt32>(
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
    0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19)
  private var pending: [UInt8] = []
  private var byteCount: UInt64 = 0

  private static let blockSize = 64

  /// A digest of nothing yet.
  public init() {}

  /// Takes in more bytes.
  ///
  /// How they are split into calls does not matter.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    byteCount &+= UInt64(bytes.count)
    var rest = bytes[...]
    if !pending.isEmpty {
      let missing = rest.prefix(Self.blockSize - pending.count)
      pending.append(contentsOf: missing)
      rest = rest.dropFirst(missing.count)
      guard pending.count == Self.blockSize else { return }
      let block = pending
      pending = []
      block.withUnsafeBytes { compress($0) }
    }
    let whole = rest.count / Self.blockSize * Self.blockSize
    compress(UnsafeRawBufferPointer(rebasing: rest.prefix(whole)))
    pending.append(contentsOf: rest.dropFirst(whole))
  }

  /// Takes in the UTF-8 bytes of `text`.
  public mutating func update(_ text: String) {
    var text = text
    text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
  }

  /// The digest of everything taken in, as 64 lowercase hexadecimal digits.
  public func finish() -> String {
    var last = self
    var padding: [UInt8] = [0x80]
    let used = (pending.count + 1 + 8) % Self.blockSize
    padding.append(contentsOf: repeatElement(0, count: (Self.blockSize - used) % Self.blockSize))
    withUnsafeBytes(of: (byteCount &* 8).bigEndian) { padding.append(contentsOf: $0) }
    padding.withUnsafeBytes { last.update($0) }
    return (0..<8).map { word in
      let digits = String(last.state[word], radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  /// The digest of a whole file, read piece by piece.
  ///
  /// Throws a `FileError` if the file cannot be read.
  public static func digest(ofFile path: String) throws -> String {
    let file = try RandomAccessFile(path: path)
    var digest = SHA256()
    try file.forEachChunk(of: 0..<file.size) { digest.update($0) }
    return digest.finish()
  }

  private mutating func compress(_ blocks: UnsafeRawBufferPointer) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
      for start in stride(from: 0, to: blocks.count, by: Self.blockSize) {
        for t in 0..<16 {
          let word = blocks.loadUnaligned(fromByteOffset: start + 4 * t, as: UInt32.self)
          schedule[t] = UInt32(bigEndian: word)
        }
        for t in 16..<64 {
          let (w2, w15) = (schedule[t - 2], schedule[t - 15])
          let sigma0 = rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >> 3)
          let sigma1 = rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >> 10)
          schedule[t] = sigma1 &+ schedule[t - 7] &+ sigma0 &+ schedule[t - 16]
        }
        state = rounds(over: schedule)
      }
    }
  }

  private func rounds(over schedule: UnsafeMutableBufferPointer<UInt32>) -> SIMD8<UInt32> {
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    roundConstants.withUnsafeBufferPointer { constants in
      // The standard moves each word one letter on in every round; here the letters move instead,
      // and are back in their places after eight.
      for t in stride(from: 0, to: 64, by: 8) {
        round(a, b, c, &d, e, f, g, &h, constants[t] &+ schedule[t])
        round(h, a, b, &c, d, e, f, &g, constants[t + 1] &+ schedule[t + 1])
        round(g, h, a, &b, c, d, e, &f, constants[t + 2] &+ schedule[t + 2])
        round(f, g, h, &a, b, c, d, &e, constants[t + 3] &+ schedule[t + 3])
        round(e, f, g, &h, a, b, c, &d, constants[t + 4] &+ schedule[t + 4])
        round(d, e, f, &g, h, a, b, &c, constants[t + 5] &+ schedule[t + 5])
        round(c, d, e, &f, g, h, a, &b, constants[t + 6] &+ schedule[t + 6])
        round(b, c, d, &e, f, g, h, &a, constants[t + 7] &+ schedule[t + 7])
      }
    }
    return state &+ SIMD8(a, b, c, d, e, f, g, h)
  }
}

@inline(__always)
private func round(
  _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32,
  _ e: UInt32, _ f: UInt32, _ g: UInt32, _ h: inout UInt32, _ input: UInt32
) {
  let sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
  let choice = g ^ (e & (f ^ g))
  let sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
  let majority = (a & b) | (c & (a | b))
  let t1 = h &+ sum1 &+ choice &+ input
  d &+= t1
  h = t1 &+ sum0 &+ majority
}

@inline(__always)
private func rotate(_ word: UInt32, _ bits: UInt32) -> UInt32 {
  (word &>> bits) | (word &<< (32 &- bits))
}

private let roundConstants: [UInt32] = [
  0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
  0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
  0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
  0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
  0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
  0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
  0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
  0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
  0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
  0xc671_78f2,
]
