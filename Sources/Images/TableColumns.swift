import Artifacts

/// Which columns of a table of labels hold what.
struct TableColumns {
  /// Whether the first row names the columns.
  let hasHeader: Bool
  private var path = 0
  private var className = 1
  private var conditions: [(column: Int, value: String)] = []

  /// Finds the columns by the first row; throws if one that a condition names is not there.
  init(_ first: [String], conditions: [RowCondition], file: String) throws {
    let names = first.map { $0.lowercased() }
    if let path = names.firstIndex(of: "path"), let className = names.firstIndex(of: "class") {
      (hasHeader, self.path, self.className) = (true, path, className)
    } else {
      hasHeader = false
    }
    for condition in conditions {
      guard hasHeader else {
        throw ImageError(
          file, "has no header with 'path' and 'class', so no column \(quoted(condition.column))",
          remedy: "add one as the first line")
      }
      guard let column = first.firstIndex(of: condition.column) else {
        let named = first.prefix(8).map(quoted).joined(separator: ", ")
        throw ImageError(
          file, "has no column \(quoted(condition.column))", remedy: "its columns are \(named)")
      }
      self.conditions.append((column, condition.value))
    }
  }

  /// What a row says: a path below the folder, the name of a class, whether all conditions hold.
  ///
  /// The class may be empty where they do not.
  func read(
    _ fields: [String], line: Int, file: String
  ) throws -> (path: String, className: String, isChosen: Bool) {
    let needed = ([path, className] + conditions.map(\.column)).max() ?? 0
    guard fields.count > needed else {
      throw ImageError(
        file, "has \(fields.count) columns in line \(line), fewer than \(needed + 1)",
        remedy: "give each picture a row with its path and its class")
    }
    let isChosen = conditions.allSatisfy { fields[$0.column] == $0.value }
    guard !fields[path].isEmpty, !isChosen || !fields[className].isEmpty else {
      throw ImageError(
        file, "has no \(fields[path].isEmpty ? "path" : "class") in line \(line)",
        remedy: "fill it in or take the row away")
    }
    let below = fields[path].hasPrefix("./") ? String(fields[path].dropFirst(2)) : fields[path]
    return (below, fields[className], isChosen)
  }
}
