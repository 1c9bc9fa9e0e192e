import Artifacts

/// How many things there are, and what the first few are called.
struct NamedCount {
  private(set) var count = 0
  private var names: [String] = []
  private static let shownCount = 3

  /// Counts one more.
  mutating func add(_ name: String) {
    count += 1
    if names.count < Self.shownCount { names.append(name) }
  }

  /// "2 folders ('a', 'b')", with the word for one or the word for several; nil where there is none.
  func phrase(_ singular: String, _ plural: String) -> String? {
    guard count > 0 else { return nil }
    let shown = names.map(quoted).joined(separator: ", ")
    return
      "\(count) \(count == 1 ? singular : plural) (\(shown)\(count > names.count ? ", …" : ""))"
  }
}
