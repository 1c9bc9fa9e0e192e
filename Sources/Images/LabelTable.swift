import Artifacts

/// What a row of a table must say to be chosen: `split=train`.
public struct RowCondition: Hashable, Sendable {
  /// The name of the column, as the header has it.
  public let column: String
  /// What it must hold.
  public let value: String

  /// That `column` holds `value`.
  public init(column: String, value: String) {
    self.column = column
    self.value = value
  }
}

/// The classes of pictures by their paths, read from a table of comma-separated values.
///
/// Path and class are the columns that a header calls `path` and `class`, or the first two of a table
/// without such a header. The classes are those of all rows, chosen or not, so that the parts of a data
/// set have the same.
public struct LabelTable: Sendable {
  /// The longest table that is read, in bytes.
  public static let maximumFileSize = 1 << 30

  /// The names of the classes, sorted by bytes.
  public let classNames: [String]
  private let file: String
  private let rows: [Row]
  private let numbers: [String: Int]

  private struct Row: Equatable {
    let path: String
    /// Empty only where the row is not chosen.
    let className: String
    let isChosen: Bool
  }

  /// Reads the table at `path`, of which the rows are chosen for which all `conditions` hold.
  ///
  /// Throws an `ImageError` that names it if it is no such table, lacks a column or a chosen row's class,
  /// or gives a picture two classes.
  public init(_ path: String, where conditions: [RowCondition] = []) throws {
    let input = try InputFile(FilePath(path))
    file = input.name
    guard input.size <= Self.maximumFileSize else {
      throw ImageError(
        file, "is \(input.size) bytes long",
        remedy: "the limit for a table is \(Self.maximumFileSize) bytes: leave out some rows")
    }
    var reader = CSVReader(try input.read(upTo: input.size), file: file)
    guard let first = try reader.next() else {
      throw ImageError(file, "has no row", remedy: "give one for each picture: its path, its class")
    }
    let columns = try TableColumns(first.fields, conditions: conditions, file: file)
    var (rows, numbers, classes) = ([Row](), [String: Int](), Set<String>())
    var next = try columns.hasHeader ? reader.next() : first
    while let (line, fields) = next {
      let (path, name, isChosen) = try columns.read(fields, line: line, file: file)
      // The rows of a class share the characters of its name.
      let row = Row(
        path: path, className: classes.insert(name).memberAfterInsert, isChosen: isChosen)
      if let earlier = numbers[path] {
        guard rows[earlier] == row else {
          throw ImageError(
            file, "has two rows for \(quoted(path)) that differ, the second in line \(line)",
            remedy: "leave one of them")
        }
      } else {
        numbers[path] = rows.count
        rows.append(row)
      }
      next = try reader.next()
    }
    classes.remove("")
    classNames = classes.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    (self.rows, self.numbers) = (rows, numbers)
  }

  /// The pictures that chosen rows name.
  struct Match {
    /// Which of all pictures they are.
    let kept: [Int]
    /// The class of each.
    let labels: [Int32]
    /// Phrases for people about what is left out.
    let passedOver: [String]
  }

  /// The pictures that chosen rows name, of those at `paths` below `folder`.
  ///
  /// Throws an `ImageError` if there is none.
  func match(_ paths: NameList, in folder: String) throws -> Match {
    var (kept, labels) = ([Int](), [Int32]())
    let labelsByName = Dictionary(
      uniqueKeysWithValues: classNames.enumerated().map { ($1, Int32($0)) })
    var isFound = [Bool](repeating: false, count: rows.count)
    var (unnamed, notChosen) = (NamedCount(), 0)
    for index in 0..<paths.count {
      let path = paths.text(at: index)
      guard let number = numbers[path] else {
        unnamed.add(path)
        continue
      }
      isFound[number] = true
      guard rows[number].isChosen else {
        notChosen += 1
        continue
      }
      kept.append(index)
      labels.append(labelsByName[rows[number].className, default: -1])
    }
    guard !kept.isEmpty else { throw noMatch(with: paths.text(at: 0), in: folder) }
    var missing = NamedCount()
    for (row, isFound) in zip(rows, isFound) where row.isChosen && !isFound {
      missing.add(row.path)
    }
    let passedOver = [
      notChosen > 0 ? "\(notChosen) pictures whose rows are not chosen" : nil,
      unnamed.phrase("picture without a row", "pictures without a row"),
      missing.phrase("row without a picture", "rows without a picture"),
    ]
    return Match(kept: kept, labels: labels, passedOver: passedOver.compactMap { $0 })
  }

  private func noMatch(with picture: String, in folder: String) -> ImageError {
    guard let row = rows.first(where: \.isChosen) else {
      return ImageError(file, "has no row that is chosen", remedy: "pass another --where")
    }
    return ImageError(
      file,
      "names no picture in \(quoted(folder)): a row says \(quoted(row.path)), a picture there "
        + "is \(quoted(picture))",
      remedy: "write paths as they are below that folder, or give another")
  }
}
