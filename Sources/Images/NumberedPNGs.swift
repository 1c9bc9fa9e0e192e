import Foundation

/// Images written into a folder as PNGs, in the order in which they come: `CLASS/00000.png` where there are
/// classes, `00000.png` where there are none.
public struct NumberedPNGs {
  private let folder: String
  private let classNames: [String]
  private var counts: [String: Int] = [:]

  /// Makes a sub-folder of `folder` for each class, whose names must be those of folders.
  ///
  /// Throws a `CocoaError` if one cannot be made.
  public init(in folder: String, classNames: [String]) throws {
    self.folder = folder
    self.classNames = classNames
    for name in classNames.isEmpty ? [""] : classNames {
      try FileManager.default.createDirectory(
        atPath: (folder as NSString).appendingPathComponent(name),
        withIntermediateDirectories: true)
    }
  }

  /// Writes the next image of a class, or without one where `label` is nil. Names may begin with a `prefix`;
  /// those of each are numbered for themselves.
  ///
  /// Throws an `ImageError` if it cannot be written.
  public mutating func write(_ image: Image, label: Int?, prefix: String = "") throws {
    let name = (label.map { classNames[$0] + "/" } ?? "") + prefix
    let number = counts[name, default: 0]
    counts[name] = number + 1
    try image.writePNG(to: "\(folder)/\(name)\(Self.text(number)).png")
  }

  /// A number as it is in names.
  public static func text(_ number: Int) -> String { String(format: "%05d", number) }
}
