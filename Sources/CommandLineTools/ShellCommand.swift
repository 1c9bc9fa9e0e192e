import Foundation

/// A command of these words, the first of which is the program, as one types it into a shell.
public func shellCommand(_ words: [String]) -> String {
  words.map(quoted).joined(separator: " ")
}

/// A word as a shell reads it.
private func quoted(_ word: String) -> String {
  let plain = word.allSatisfy {
    $0.isASCII && ($0.isLetter || $0.isNumber || "-_./,=".contains($0))
  }
  return plain && !word.isEmpty
    ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
}
