/// How many files there are of each kind, told by the endings of their names.
struct FileKinds {
  private var counts: [String: Int] = [:]

  /// The number of files.
  private(set) var count = 0

  /// Counts one more file, by its name.
  mutating func add(_ name: [CChar]) {
    counts[Self.kind(of: name), default: 0] += 1
    count += 1
  }

  /// Counts the files of others, too.
  mutating func add(_ other: FileKinds) {
    counts.merge(other.counts, uniquingKeysWith: +)
    count += other.count
  }

  /// The kinds, the most frequent first: "12 .txt, 3 .gif"; empty where there is no file.
  var description: String {
    let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let shown = sorted.prefix(Self.shownCount).map { "\($0.value) \($0.key)" }
    let rest = sorted.dropFirst(Self.shownCount).reduce(0) { $0 + $1.value }
    return (shown + (rest > 0 ? ["\(rest) others"] : [])).joined(separator: ", ")
  }

  private static let shownCount = 5

  private static func kind(of name: [CChar]) -> String {
    let bytes = name.map { UInt8(bitPattern: $0) }
    guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")) else { return Self.unnamed }
    let ending = String(decoding: bytes[(dot + 1)...], as: UTF8.self).lowercased()
    // What is longer is hardly an ending, and a folder may have a million of them.
    let isEnding =
      (1...8).contains(ending.utf8.count)
      && ending.unicodeScalars.allSatisfy {
        $0.isASCII && $0.properties.isAlphabetic || "0"..."9" ~= $0
      }
    return isEnding ? "." + ending : Self.unnamed
  }

  private static let unnamed = "without an ending"
}
