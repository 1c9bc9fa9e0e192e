import Foundation
import Images
import Testing

@Suite("Tables of labels")
struct LabelTableTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for (value, name) in ["a.png", "deep/b, c.png", "ü.png", "x.png"].enumerated() {
      try folder.write(plainImage(UInt8(value)).pngBytes(), to: "images/\(name)")
    }
  }

  private func open(
    _ table: String, where conditions: [RowCondition] = []
  ) throws -> any ImageDataset {
    try open(Array(table.utf8), where: conditions)
  }

  private func open(
    _ table: [UInt8], where conditions: [RowCondition] = []
  ) throws -> any ImageDataset {
    let path = try folder.write(table, to: "labels.csv")
    return try openDataset(
      path: folder.file("images"), labels: path, where: conditions, size: nil, color: .grey)
  }

  private func error(_ table: String, where conditions: [RowCondition] = []) -> String? {
    do {
      _ = try open(table, where: conditions)
      return nil
    } catch {
      return "\(error)".replacingOccurrences(of: folder.path + "/", with: "")
    }
  }

  private func names(_ images: any ImageDataset) -> [String] {
    (0..<images.count).map { index in
      let name = images.label(at: index).map { images.classNames[$0] } ?? "none"
      return "\(images.name(at: index)): \(name)"
    }
  }

  private static let all = ["a.png: dog", "deep/b, c.png: big\ncat", "x.png: dog", "ü.png: dog"]

  @Test(
    "Quotes, line ends, byte order marks, headers",
    arguments: [
      "a.png,dog\n\"deep/b, c.png\",\"big\ncat\"\nü.png,dog\nx.png,dog",
      "a.png,dog\r\n\"deep/b, c.png\",\"big\ncat\"\r\n\r\nü.png,dog\r\n./x.png,dog\r\n",
      "\u{FEFF}path,class\na.png,dog\n\"deep/b, c.png\",\"big\ncat\"\nü.png,dog\nx.png,dog\n",
      "n,Class,more,PATH\n1,dog,,a.png\n2,\"big\ncat\",,\"deep/b, c.png\"\n3,dog,,ü.png\n4,dog,,x.png",
    ])
  func forms(table: String) throws {
    let images = try open(table)
    #expect(images.classNames == ["big\ncat", "dog"])
    #expect(names(images) == Self.all)
    #expect(try images.firstSamples() == [0, 1, 3, 2])
    #expect(images.passedOver == [])
  }

  @Test("A doubled quote is one")
  func doubledQuotes() throws {
    #expect(names(try open("a.png,\"a \"\"dog\"\"\"")) == ["a.png: a \"dog\""])
  }

  @Test("What has no counterpart is counted and named")
  func counterparts() throws {
    let images = try open("a.png,dog\ny.png,eel\nz.png,cat\n")
    // The classes are those of all rows: so parts of a data set agree on them.
    #expect(images.classNames == ["cat", "dog", "eel"])
    #expect(names(images) == ["a.png: dog"])
    #expect(
      images.passedOver == [
        "3 pictures without a row ('deep/b, c.png', 'x.png', 'ü.png')",
        "2 rows without a picture ('y.png', 'z.png')",
      ])
  }

  @Test("Columns choose rows")
  func conditions() throws {
    let table = "path,class,split,n\na.png,dog,train,1\nx.png,cat,test,1\nü.png,,none,2\n"
    let train = RowCondition(column: "split", value: "train")
    let images = try open(table, where: [train, RowCondition(column: "n", value: "1")])
    #expect(names(images) == ["a.png: dog"] && images.classNames == ["cat", "dog"])
    #expect(
      images.passedOver == [
        "2 pictures whose rows are not chosen", "1 picture without a row ('deep/b, c.png')",
      ])
    #expect(
      error(table, where: [train, RowCondition(column: "n", value: "2")])
        == "labels.csv has no row that is chosen; pass another --where")
    #expect(
      error(table, where: [RowCondition(column: "part", value: "2")])
        == "labels.csv has no column 'part'; its columns are 'path', 'class', 'split', 'n'")
    #expect(
      error("a.png,dog", where: [train])
        == "labels.csv has no header with 'path' and 'class', so no column 'split'; "
        + "add one as the first line")
  }

  @Test("Tables that cannot be meant are refused in one line")
  func refusals() throws {
    #expect(
      error("") == "labels.csv has no row; give one for each picture: its path, its class")
    #expect(
      error("a.png,dog\nx.png")
        == "labels.csv has 1 columns in line 2, fewer than 2; "
        + "give each picture a row with its path and its class")
    #expect(
      error("a.png,dog\nx.png,\n")
        == "labels.csv has no class in line 2; fill it in or take the row away")
    #expect(
      error("a.png,dog\nx.png,dog\na.png,cat\n")
        == "labels.csv has two rows for 'a.png' that differ, the second in line 3; "
        + "leave one of them")
    #expect(
      error("images/a.png,dog\n")
        == "labels.csv names no picture in '\(folder.path)/images': a row says 'images/a.png', a "
        .replacingOccurrences(of: folder.path + "/", with: "")
        + "picture there is 'a.png'; write paths as they are below that folder, or give another")
    let remedy = "give a table of comma-separated values in UTF-8"
    #expect(
      error("a.png,dog\n\"x.png,dog\n")
        == "labels.csv has a quote that is never closed, in line 2; \(remedy)")
    #expect(
      error("a.png,\"dog\"s\n")
        == "labels.csv has text behind a closed quote, in line 1; \(remedy)")
    #expect(throws: ImageError.self) { try open([0x61, 0x2C, 0xFF]) }
    #expect(throws: ImageError.self) { try open([0x61, 0x2C, 0x00]) }
  }

  @Test("A row may be there twice if it says the same")
  func repetition() throws {
    #expect(names(try open("a.png,dog\nx.png,dog\na.png,dog\n")) == ["a.png: dog", "x.png: dog"])
  }
}
