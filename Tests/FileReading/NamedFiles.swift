import Foundation

/// A folder whose files have the names, of any bytes, that a list gives: a NUL ends each.
///
/// `NAME/` is a sub-folder, `NAME>TARGET` a symbolic link, any other name a PNG of one pixel. What is
/// before a slash is a sub-folder too. Names the system does not take are left out, and so is what
/// would lead out of the folder.
struct NamedFiles {
  /// The path of the folder: that of the list with an ending that lets errors about it begin alike.
  let folder: String
  /// All that was made, parents first.
  private var made: [[CChar]] = []

  private static let largestCount = 200
  private static let slash = UInt8(ascii: "/")

  /// Makes the files that the file at `path` lists; throws if it cannot be read.
  init(listedIn path: String) throws {
    folder = path + " unpacked"
    mkdir(folder, 0o700)
    made.append(Array(folder.utf8CString))
    let list = try Data(contentsOf: URL(fileURLWithPath: path))
    for name in list.split(separator: 0).prefix(Self.largestCount) { make(Array(name)) }
  }

  /// Removes the folder and all in it.
  func remove() {
    for path in made.reversed() { Foundation.remove(path) }
  }

  private mutating func make(_ name: [UInt8]) {
    let parts = name.split(separator: UInt8(ascii: ">"), maxSplits: 1)
    guard let first = parts.first else { return }
    let steps = Self.steps(first)
    for end in steps.indices.dropLast() {
      let parent = path(steps[...end])
      if mkdir(parent, 0o700) == 0 { made.append(parent) }
    }
    let place = path(steps[...])
    if parts.count > 1 {
      let target = Self.steps(parts[1]).joined(separator: [Self.slash])
      if symlink(target.map { CChar(bitPattern: $0) } + [0], place) == 0 { made.append(place) }
    } else if first.last == Self.slash {
      if mkdir(place, 0o700) == 0 { made.append(place) }
    } else {
      writePixel(to: place)
    }
  }

  /// The parts between slashes, none of which leads upwards.
  private static func steps(_ name: some Sequence<UInt8>) -> [[UInt8]] {
    Array(name).split(separator: slash).map { Array($0) }
      .filter { $0 != Array(".".utf8) && $0 != Array("..".utf8) }
  }

  private func path(_ steps: ArraySlice<[UInt8]>) -> [CChar] {
    let bytes = Array(folder.utf8) + steps.flatMap { [Self.slash] + $0 } + [0]
    return bytes.map { CChar(bitPattern: $0) }
  }

  private mutating func writePixel(to path: [CChar]) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    made.append(path)
    _ = write(descriptor, Self.pixel, Self.pixel.count)
  }

  /// A grey PNG of one pixel.
  private static let pixel: [UInt8] = [
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52,
    0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x3a, 0x7e, 0x9b,
    0x55, 0x00, 0x00, 0x00, 0x0a, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x68, 0x00, 0x00, 0x00,
    0x82, 0x00, 0x81, 0x77, 0xcd, 0x72, 0xb6, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae,
    0x42, 0x60, 0x82,
  ]
}
