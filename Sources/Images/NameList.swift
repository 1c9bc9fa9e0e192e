import Foundation

/// File names end to end in one buffer: a million take little more than their characters.
struct NameList {
  /// The names, each followed by a NUL.
  private var characters: [CChar] = []
  /// Where each name starts.
  private var starts: [Int] = []

  init() {}

  /// The names in some bytes, each followed by a NUL; nil if the last is not.
  init?(terminated bytes: [UInt8]) {
    guard bytes.last == 0 || bytes.isEmpty else { return nil }
    characters = bytes.map { CChar(bitPattern: $0) }
    var start = 0
    for (position, byte) in bytes.enumerated() where byte == 0 {
      starts.append(start)
      start = position + 1
    }
  }

  var count: Int { starts.count }

  /// The bytes of the name at `index`, without its NUL.
  subscript(index: Int) -> ArraySlice<CChar> {
    let end = index + 1 < starts.count ? starts[index + 1] : characters.count
    return characters[starts[index]..<end - 1]
  }

  /// The name at `index` as text, with what is not UTF-8 replaced.
  func text(at index: Int) -> String {
    Images.text(self[index])
  }

  mutating func append(_ name: some Sequence<CChar>) {
    starts.append(characters.count)
    characters += name
    characters.append(0)
  }

  mutating func append(contentsOf other: NameList) {
    let offset = characters.count
    characters += other.characters
    starts += other.starts.map { $0 + offset }
  }

  /// The numbers of the names in the order of their bytes, of equal names as they are.
  var order: [Int] {
    characters.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return [] }
      return starts.indices.sorted {
        let comparison = strcmp(base + starts[$0], base + starts[$1])
        return comparison == 0 ? $0 < $1 : comparison < 0
      }
    }
  }

  /// Sorts by bytes, as `LC_ALL=C ls` does, whatever the locale.
  mutating func sort() {
    var sorted = NameList()
    sorted.characters.reserveCapacity(characters.count)
    sorted.starts.reserveCapacity(starts.count)
    for index in order { sorted.append(self[index]) }
    self = sorted
  }
}

/// A name as text, with what is not UTF-8 replaced.
func text(_ name: ArraySlice<CChar>) -> String {
  String(decoding: name.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
