import Foundation

/// One of the parts that several processes make of a file between them: the third of eight.
public struct Shard: Hashable, Codable, Sendable, CustomStringConvertible {
  /// Which part it is, from 1.
  public let number: Int
  /// How many parts there are.
  public let count: Int

  /// The most parts there can be: a reader has all of them open.
  public static let maximumCount = 1000

  /// Part `number` of `count`; nil unless 1 ≤ `number` ≤ `count` ≤ `maximumCount`.
  public init?(_ number: Int, of count: Int) {
    guard (1...Self.maximumCount).contains(count), (1...count).contains(number) else { return nil }
    self.number = number
    self.count = count
  }

  /// As flags say it: "3/8".
  public var description: String { "\(number)/\(count)" }

  /// Which of `total` things in a row are this part's. The parts follow each other, and their sizes
  /// differ by one at most; where there are fewer things than parts, some are empty.
  public func share(of total: Int) -> Range<Int> {
    (number - 1) * total / count..<number * total / count
  }
}

// MARK: - Where shards are

extension Shard {
  /// Where the part is of a file that, whole, would be at `path`: `codes-3-of-8.safetensors` beside
  /// `codes.safetensors`.
  public func path(of path: String) -> String {
    let (stem, ending) = Self.parts(of: path)
    return "\(stem)-\(number)-of-\(count)\(ending)"
  }

  /// The paths of all parts of the file that, whole, would be at `path`, in order; none if there is no
  /// part of it at all.
  ///
  /// Throws a `FileError` if some parts are missing, or there are parts of several sets.
  public static func paths(of path: String) throws -> [String] {
    let present = shards(of: path)
    let counts = Set(present.map(\.count)).sorted()
    guard let count = counts.first else { return [] }
    guard counts.count == 1 else {
      let sets = counts.map(String.init).joined(separator: ", ")
      throw FileError(
        path, "has shards of several sets, of \(sets) shards", remedy: "remove all but one set")
    }
    let all = (1...count).compactMap { Shard($0, of: count) }
    if let missing = all.first(where: { !present.contains($0) }) {
      throw FileError(
        missing.path(of: path), "is missing, though other shards are there",
        remedy: "run the stage with --shard \(missing) too")
    }
    return all.map { $0.path(of: path) }
  }

  /// Checks that the file at `path` is not there as a whole, which would go before new shards of it.
  ///
  /// Throws a `FileError` if it is.
  public static func checkNoWhole(at path: String) throws {
    guard !FileManager.default.fileExists(atPath: path) else {
      throw FileError(
        path, "is there already, and would be read in place of its shards",
        remedy: "remove it, or choose another --output")
    }
  }

  private static func shards(of path: String) -> Set<Shard> {
    let names = try? FileManager.default.contentsOfDirectory(atPath: AtomicFile.folder(of: path))
    let whole = (path as NSString).lastPathComponent
    let (stem, ending) = parts(of: whole)
    let shards = (names ?? []).compactMap { name -> Shard? in
      guard name.hasPrefix(stem), name.hasSuffix(ending) else { return nil }
      let numbers = name.dropFirst(stem.count).dropLast(ending.count)
        .split(separator: "-").compactMap { Int($0) }
      guard numbers.count == 2, let shard = Shard(numbers[0], of: numbers[1]) else { return nil }
      return shard.path(of: whole) == name ? shard : nil
    }
    return Set(shards)
  }

  private static func parts(of path: String) -> (stem: String, ending: String) {
    let ending = ".safetensors"
    return path.hasSuffix(ending) ? (String(path.dropLast(ending.count)), ending) : (path, "")
  }
}
