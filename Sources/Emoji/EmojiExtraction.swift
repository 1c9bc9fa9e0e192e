import Artifacts
import Foundation
import Images

/// The pictures of a font's emoji as folders of PNGs, a sub-folder for each group: some to train on,
/// some to test with.
public struct EmojiExtraction {
  /// An emoji and its picture.
  private struct Picture {
    let emoji: Emoji
    let png: ArraySlice<UInt8>
    let isForTests: Bool
  }

  /// Neighbours in the list that are trained on or tested with together. They are often alike: a
  /// person, a man and a woman of one kind.
  static let familySize = 6
  /// One in so many families of each group is tested with.
  static let familiesPerTest = 10

  private let pictures: [Picture]
  private let font: String
  /// The number of emoji of the list that the font does not draw.
  public let missingCount: Int
  /// The number of groups.
  public var classCount: Int { Set(pictures.map(\.emoji.group)).count }
  /// The number of pictures to train on.
  public var trainingCount: Int { pictures.count - testCount }
  /// The number of pictures to test with.
  public var testCount: Int { pictures.count(where: \.isForTests) }

  /// Finds the pictures of `emoji` in `font`.
  ///
  /// Emoji with a skin tone are left out: they would be more than half of all, and are pictures that
  /// are there already with other colours. Throws a `FileError` if the font is damaged or has none.
  public init(of emoji: [Emoji], from font: ColorFont) throws {
    var pictures: [Picture] = []
    var missing = 0
    var members: [String: Int] = [:]
    for emoji in emoji where !emoji.hasSkinTone {
      guard let png = try font.png(of: emoji.characters) else {
        missing += 1
        continue
      }
      let family = members[emoji.group, default: 0] / Self.familySize
      members[emoji.group, default: 0] += 1
      pictures.append(
        Picture(emoji: emoji, png: png, isForTests: family % Self.familiesPerTest == 0))
    }
    guard !pictures.isEmpty else {
      throw FileError(font.path, "draws none of the emoji", remedy: "pass Noto Color Emoji")
    }
    self.pictures = pictures
    self.font = font.path
    missingCount = missing
  }

  /// Writes `train/GROUP/CODE-POINTS.png` and `test/GROUP/…` to the folder at `path`; what was in
  /// either makes way only when all its new pictures are there.
  ///
  /// - Parameter progress: called with the number of pictures written.
  /// - Throws: an `ImageError` if a picture is damaged; a `FileError` or an `ImageError` if something
  ///   cannot be written, or another process is writing the folder; what `progress` throws.
  public func write(to path: String, progress: (Int) throws -> Void) throws {
    let folder = try OutputFolder(path: path, for: ["train", "old-train", "test", "old-test"])
    defer { folder.release() }
    var done = 0
    for (name, isForTests) in [("train", false), ("test", true)] {
      try folder.replaceFolder(name) { staging in
        for picture in pictures where picture.isForTests == isForTests {
          let group = "\(staging)/\(folderName(of: picture.emoji.group))"
          try FileManager.default.createDirectory(
            atPath: group, withIntermediateDirectories: true)
          let image = try Image(pngBytes: Array(picture.png), name: font, color: .color)
          try framed(image).writePNG(to: "\(group)/\(picture.emoji.codePoints).png")
          done += 1
          try progress(done)
        }
      }
    }
  }
}

/// The picture in the middle of a white square that leaves it room to be shifted and turned.
func framed(_ image: Image) -> Image {
  let side = max(image.width, image.height + image.height / 8)
  let shape = ImageShape(size: ImageSize(square: side), channels: image.channels)
  var bytes = [UInt8](repeating: 255, count: shape.byteCount)
  let (top, left) = ((side - image.height) / 2, (side - image.width) / 2)
  let row = image.width * image.channels
  for y in 0..<image.height {
    let start = ((top + y) * side + left) * image.channels
    bytes.replaceSubrange(start..<start + row, with: image.bytes[y * row..<(y + 1) * row])
  }
  return Image(shape: shape, bytes: bytes)
}

/// A group's name in letters, digits and hyphens: "food-and-drink".
func folderName(of group: String) -> String {
  group.replacingOccurrences(of: "&", with: "and").lowercased()
    .split { !$0.isLetter && !$0.isNumber }.joined(separator: "-")
}
