import Artifacts
import Foundation

/// An emoji of Unicode's list.
public struct Emoji: Equatable, Sendable {
  /// The characters it is written with.
  public let characters: [Unicode.Scalar]
  /// The group it is in: "Food & Drink".
  public let group: String

  /// An emoji of a group.
  public init(_ characters: [Unicode.Scalar], group: String) {
    self.characters = characters
    self.group = group
  }

  /// Whether it is another emoji with a skin tone chosen.
  public var hasSkinTone: Bool {
    characters.contains { ("\u{1f3fb}"..."\u{1f3ff}").contains($0) }
  }

  /// The code points in hexadecimal digits, joined by hyphens: "1f468-200d-1f373".
  public var codePoints: String {
    characters.map { String($0.value, radix: 16) }.joined(separator: "-")
  }
}

/// Unicode's list of emoji, the file `emoji-test.txt`.
public enum EmojiList {
  /// The longest file that is read, in bytes.
  static let maximumFileSize = 1 << 24

  /// The emoji that the file at `path` calls fully qualified, in its order.
  ///
  /// Throws a `FileError` naming the line if the file cannot be read or is not such a list.
  public static func read(_ path: String) throws -> [Emoji] {
    let file = try RandomAccessFile(path: path)
    guard file.size <= maximumFileSize else {
      throw FileError(
        path, "is \(file.size) bytes long",
        remedy: "the limit for a list of emoji is \(maximumFileSize) bytes: pass emoji-test.txt")
    }
    guard let text = String(validating: try file.read(0..<file.size) as [UInt8], as: UTF8.self)
    else { throw FileError(path, "is not text in UTF-8", remedy: "pass Unicode's emoji-test.txt") }
    var group: String?
    var emoji: [Emoji] = []
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      if line.hasPrefix(groupMark) {
        group = trimmed(line.dropFirst(groupMark.count))
        continue
      }
      let entry = trimmed(line.prefix { $0 != "#" })
      if entry.isEmpty { continue }
      guard let group, let (characters, status) = parse(entry) else {
        throw FileError(
          path, "has something else in line \(index + 1) than code points and their status",
          remedy: "pass Unicode's emoji-test.txt")
      }
      if status == "fully-qualified" { emoji.append(Emoji(characters, group: group)) }
    }
    guard !emoji.isEmpty else {
      throw FileError(path, "lists no emoji", remedy: "pass Unicode's emoji-test.txt")
    }
    return emoji
  }

  private static let groupMark = "# group:"

  /// Reads "1F468 200D 1F373 ; fully-qualified".
  private static func parse(_ entry: String) -> (characters: [Unicode.Scalar], status: String)? {
    let fields = entry.split(separator: ";", omittingEmptySubsequences: false).map(trimmed)
    guard fields.count == 2 else { return nil }
    let words = fields[0].split(separator: " ")
    let characters = words.compactMap { UInt32($0, radix: 16).flatMap(Unicode.Scalar.init) }
    guard !words.isEmpty, characters.count == words.count else { return nil }
    return (characters, fields[1])
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    text.trimmingCharacters(in: .whitespaces)
  }
}
