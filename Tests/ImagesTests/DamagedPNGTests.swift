import Foundation
import Images
import Testing

@Suite("Refusing PNG")
struct DamagedPNGTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func error(reading path: String) -> String? {
    do {
      _ = try Image(contentsOf: path, color: .color)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test("Cut short at any byte: an error that names the file", arguments: [false, true])
  func truncations(isInterlaced: Bool) throws {
    let encoder = PNGEncoder(
      width: 5, height: 4, colorType: .rgba, bitDepth: 8, isInterlaced: isInterlaced)
    let whole = encoder.encode((0..<80).map { $0 * 3 })
    for length in 0..<whole.count {
      let path = try folder.write(Array(whole[..<length]), to: "short.png")
      let line = try #require(error(reading: path), "\(length) of \(whole.count) bytes")
      #expect(line.hasPrefix("\(path) "))
      #expect(!line.contains("\n"))
    }
    #expect(error(reading: try folder.write(whole, to: "short.png")) == nil)
  }

  @Test("Any flipped bit: read or refused by name")
  func flippedBits() throws {
    let whole = try noiseImage(height: 6, width: 5, channels: 3).pngBytes()
    var refused = 0
    for bit in 0..<8 * whole.count {
      var bytes = whole
      bytes[bit / 8] ^= 1 << (bit % 8)
      let path = try folder.write(bytes, to: "flipped.png")
      if let line = error(reading: path) {
        #expect(line.hasPrefix("\(path) "))
        refused += 1
      }
    }
    #expect(refused > 4 * whole.count)
  }

  @Test("What is no picture is said to be none")
  func otherFiles() throws {
    let text = try folder.write(Array("not an image, but long enough for a header".utf8), to: "a")
    #expect(
      error(reading: text)
        == "\(text) is not a PNG, JPEG or WebP; convert it to one of them or take it away")
    let empty = try folder.write([], to: "b")
    #expect(error(reading: empty) == "\(empty) is empty; copy or export it again")
    let missing = folder.file("c")
    #expect(
      error(reading: missing)
        == "\(missing) cannot be opened: No such file or directory; "
        + "check the path and its permissions")
    #expect(
      error(reading: folder.path)
        == "\(folder.path) is not a regular file; give the path of a file")
  }

  @Test("A pipe does not block")
  func pipe() throws {
    let path = folder.file("pipe.png")
    #expect(mkfifo(path, 0o600) == 0)
    #expect(error(reading: path) == "\(path) is not a regular file; give the path of a file")
  }

  @Test(
    "Sizes over the limits are refused before anything is allocated",
    arguments: [(1 << 31 - 1, 1 << 31 - 1), (1 << 16 + 1, 1), (1 << 14, 1 << 13)])
  func sizes(width: Int, height: Int) throws {
    let encoder = PNGEncoder(width: width, height: height, colorType: .rgb, bitDepth: 16)
    let bytes = encoder.encodeWithoutPixels()
    let path = try folder.write(bytes, to: "huge.png")
    #expect(
      error(reading: path)
        == "\(path) announces an image of \(width)×\(height) pixels; the limits are "
        + "65536 pixels a side and 50000000 in all: reduce it first")
  }

  @Test("No pixels at all are refused")
  func noPixels() throws {
    let encoder = PNGEncoder(width: 0, height: 3, colorType: .rgb, bitDepth: 8)
    let path = try folder.write(encoder.encodeWithoutPixels(), to: "none.png")
    #expect(
      error(reading: path) == "\(path) announces an image of 0×3 pixels; export it again")
  }

  @Test("A name cannot break the line of an error")
  func oddName() throws {
    let path = try folder.write([], to: "odd\n\u{1B}[2Jname.png")
    let line = try #require(error(reading: path))
    #expect(line.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
  }
}

extension PNGEncoder {
  /// A file whose header is right and whose pixels are missing.
  fileprivate func encodeWithoutPixels() -> [UInt8] {
    var small = self
    (small.width, small.height) = (1, 1)
    let header =
      bigEndianBytes(width) + bigEndianBytes(height) + [
        UInt8(bitDepth), colorType.rawValue, 0, 0, 0,
      ]
    let rest = small.encode([Int](repeating: 0, count: colorType.channels)).dropFirst(33)
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + Self.chunk("IHDR", header) + rest
  }
}
