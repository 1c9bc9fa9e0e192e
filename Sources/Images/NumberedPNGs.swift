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

  /// Writes the next image of a class, or without one where `label` is nil.
  ///
  /// Throws an `ImageError` if it cannot be written.
  public mutating func write(_ image: Image, label: Int?) throws {
    let subfolder = label.map { classNames[$0] + "/" } ?? ""
    let number = counts[subfolder, default: 0]
    counts[subfolder] = number + 1
    try image.writePNG(to: "\(folder)/\(subfolder)\(String(format: "%05d", number)).png")
  }
}
