import Artifacts

/// A small table of text for a summary: a header, a rule, rows; numbers are aligned to the right.
///
/// ```
/// class  drawn  kept
/// -----  -----  ----
/// seven    120    60
/// ```
public struct TextTable: CustomStringConvertible, Sendable {
  private let header: [String]
  private var rows: [[String]] = []

  /// A table of no rows yet, with a column for each title.
  public init(_ header: [String]) {
    self.header = header
  }

  /// Adds a row, with a cell for each column; what could disturb the lines of a terminal is escaped.
  public mutating func addRow(_ cells: [String]) {
    precondition(cells.count == header.count, "a row has a cell for each column")
    rows.append(cells.map(onOneLine))
  }

  /// The table's lines, without a newline after the last.
  public var description: String {
    let widths = header.indices.map { column in
      ([header] + rows).map { $0[column].count }.max() ?? 0
    }
    let isNumeric = header.indices.map { column in rows.allSatisfy { isNumber($0[column]) } }
    let rule = widths.map { String(repeating: "-", count: $0) }
    return ([header, rule] + rows).map { row in
      let line = row.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return isNumeric[column] ? padding + row[column] : row[column] + padding
      }.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}

/// Whether a cell reads as a number, a percentage or a blank for one.
private func isNumber(_ cell: String) -> Bool {
  let digits = cell.filter { !"%, –-".contains($0) }
  return digits.isEmpty || Double(digits) != nil
}
