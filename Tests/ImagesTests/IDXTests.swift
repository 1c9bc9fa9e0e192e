import Foundation
import Images
import Testing

@Suite("IDX")
struct IDXTests {
  let folder: TemporaryFolder
  /// Four images of 2 rows and 3 columns.
  let elements = (0..<24).map { UInt8($0 * 10) }

  init() throws {
    folder = try TemporaryFolder()
  }

  private func open(
    _ images: [UInt8], labels: [UInt8]? = nil, size: ImageSize? = nil, color: ColorMode = .grey
  ) throws -> IDXDataset {
    let imagePath = try folder.write(images, to: "images")
    let labelPath = try labels.map { try folder.write($0, to: "labels") }
    return try IDXDataset(images: imagePath, labels: labelPath, size: size, color: color)
  }

  private func error(opening images: [UInt8], labels: [UInt8]? = nil) -> String? {
    do {
      _ = try open(images, labels: labels)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test("Images and labels, gzipped or not", arguments: [false, true], [false, true])
  func wellFormed(gzipsImages: Bool, gzipsLabels: Bool) throws {
    let images = idx([4, 2, 3], elements)
    let labels = idx([4], [3, 0, 2, 1])
    let dataset = try open(
      gzipsImages ? deflated(images, gzip: true) : images,
      labels: gzipsLabels ? deflated(labels, gzip: true) : labels)
    #expect(dataset.count == 4)
    #expect(dataset.shape == ImageShape(size: ImageSize(height: 2, width: 3), channels: 1))
    #expect(dataset.classNames == ["0", "1", "2", "3"])
    #expect((0..<4).map { dataset.label(at: $0) } == [3, 0, 2, 1])
    for index in 0..<4 {
      #expect(try dataset.image(at: index).bytes == Array(elements[6 * index..<6 * index + 6]))
    }
  }

  @Test("Without labels there are no classes")
  func unlabelled() throws {
    let dataset = try open(idx([4, 2, 3], elements))
    #expect(dataset.classNames.isEmpty)
    #expect(dataset.label(at: 0) == nil)
  }

  @Test("Colour, size and a fourth dimension")
  func conversions() throws {
    let color = try open(idx([4, 2, 3], elements), color: .color)
    #expect(try color.image(at: 1).bytes == elements[6..<12].flatMap { [$0, $0, $0] })
    let large = try open(idx([4, 2, 3], elements), size: ImageSize(height: 4, width: 6))
    let source = Image(
      shape: ImageShape(size: ImageSize(height: 2, width: 3), channels: 1),
      bytes: Array(elements[..<6]))
    #expect(try large.image(at: 0) == source.resized(toFill: ImageSize(height: 4, width: 6)))
    let channels = try open(idx([2, 2, 2, 3], elements), color: .color)
    #expect(try channels.image(at: 1).bytes == Array(elements[12...]))
  }

  @Test("A gzip file in several members is one")
  func members() throws {
    let whole = idx([4, 2, 3], elements)
    let parts = deflated(Array(whole[..<9]), gzip: true) + deflated(Array(whole[9...]), gzip: true)
    #expect(try open(parts).image(at: 3).bytes == Array(elements[18...]))
  }

  @Test("Cut short anywhere: an error that names the file", arguments: [false, true])
  func truncations(gzips: Bool) throws {
    let whole = idx([4, 2, 3], elements)
    let file = gzips ? deflated(whole, gzip: true) : whole
    for length in 0..<file.count {
      let line = try #require(error(opening: Array(file[..<length])), "\(length) bytes")
      #expect(line.hasPrefix(folder.file("images ")))
    }
  }

  @Test("Any flipped bit of a gzipped file: read or refused by name")
  func flippedBits() throws {
    let whole = deflated(idx([4, 2, 3], elements), gzip: true)
    for bit in 0..<8 * whole.count {
      var bytes = whole
      bytes[bit / 8] ^= 1 << (bit % 8)
      if let line = error(opening: bytes) { #expect(line.hasPrefix(folder.file("images "))) }
    }
  }

  @Test("Too short and too long are told apart")
  func lengths() {
    let path = folder.file("images")
    let short = deflated(idx([4, 2, 3], Array(elements.dropLast())), gzip: true)
    #expect(
      error(opening: short)
        == "\(path) ends after 23 of the 24 bytes it announces; fetch it again")
    #expect(
      error(opening: idx([4, 2, 3], elements + [0]))
        == "\(path) goes on after the 24 bytes it announces; fetch it again")
    let trailing = deflated(idx([4, 2, 3], elements), gzip: true) + [1, 2, 3]
    #expect(error(opening: trailing)?.contains("gzip") == true)
  }

  @Test("Headers that promise too much are refused at once")
  func hugeHeaders() {
    let path = folder.file("images")
    let most = 1 << 32 - 1
    #expect(
      error(opening: idx([most, most, most], []))
        == "\(path) announces more than 8589934592 bytes; split it")
    #expect(
      error(opening: idx([1_000_000, 64, 64], elements))
        == "\(path) announces 4096000000 bytes, more than its 40 can hold; fetch it again")
    let bomb = deflated(idx([1_000_000, 64, 64], elements), gzip: true)
    #expect(
      error(opening: bomb)
        == "\(path) announces 4096000000 bytes, more than its \(bomb.count) can hold; "
        + "fetch it again")
    let noise = noiseImage(height: 1000, width: 400, channels: 1).bytes
    let largerBomb = deflated(idx([300, 1000, 1000], noise), gzip: true)
    #expect(
      error(opening: largerBomb)
        == "\(path) announces 300000000 bytes, beyond the limit of 200000000 and twice its size for "
        + "a gzipped file; gunzip it first")
  }

  @Test("What is not an IDX file of images is refused")
  func otherFiles() {
    let path = folder.file("images")
    #expect(
      error(opening: Array("text".utf8))
        == "\(path) is not an IDX file; give an IDX file, gzipped or not, or a folder of pictures")
    #expect(
      error(opening: idx([4], [1, 2, 3, 4]))
        == "\(path) holds no images: element type 8, dimensions 1; "
        + "images are bytes (type 8) in [3, 4] dimensions")
    #expect(error(opening: idx([4, 2, 3], elements, type: 13))?.contains("type 13") == true)
    #expect(
      error(opening: idx([0, 2, 3], [])) == "\(path) holds no image; give a file with images")
    #expect(error(opening: idx([3, 0, 3], []))?.contains("3×0 pixels") == true)
    #expect(error(opening: idx([3, 2, 2, 2], elements))?.contains("2 channels") == true)
  }

  @Test("Labels of another length are refused, both files named")
  func labelCount() {
    let line = error(opening: idx([4, 2, 3], elements), labels: idx([3], [0, 1, 2]))
    #expect(
      line == "\(folder.file("labels")) holds 3 labels for the 4 images of "
        + "\(folder.file("images")); give the labels that belong to the images")
  }
}
