import Foundation
import Images
import Testing

/// Pictures as they lie on disks, against what a reader must see in them.
@Suite("Reading pictures of all formats")
struct PictureTests {
  /// What is known of a picture: its upright size and the mean colour of each cell of a 4×4 grid, or that
  /// it is none.
  struct Expectation: Decodable {
    var width: Int?
    var height: Int?
    var cells: [[[Double]]]?
    var refused: Bool?
  }

  private static func place(_ name: String) -> String {
    "\(Bundle.module.resourcePath ?? "")/Pictures/\(name)"
  }

  private func expectations() throws -> [String: Expectation] {
    let data = try Data(contentsOf: URL(fileURLWithPath: Self.place("expected.json")))
    return try JSONDecoder().decode([String: Expectation].self, from: data)
  }

  @Test("Every picture has the size and colours it should, or is refused")
  func everyPicture() throws {
    let expectations = try expectations()
    #expect(expectations.count == 22)
    for (name, expected) in expectations {
      let path = Self.place(name)
      guard let cells = expected.cells else {
        let error = #expect(throws: ImageError.self) {
          try Image(contentsOf: path, color: .color)
        }
        #expect(error?.description.hasPrefix("\(path) ") == true, "\(name)")
        continue
      }
      let image = try Image(contentsOf: path, color: .color)
      #expect((image.width, image.height) == (expected.width ?? 0, expected.height ?? 0), "\(name)")
      let largest = zip(means(of: image).joined().joined(), cells.joined().joined())
        .map { abs($0 - $1) }.max()
      #expect((largest ?? 255) < 4, "\(name)")
    }
  }

  @Test("What a folder holds is told by first bytes, and turned upright before it is cropped")
  func folder() throws {
    let folder = try TemporaryFolder()
    for name in ["really-a-png.jpg", "really-a-jpeg.png", "grey.JPEG", "orientation-6.jpg"] {
      try folder.write([UInt8](Data(contentsOf: URL(filePath: Self.place(name)))), to: name)
    }
    let dataset = try ImageFolder(
      folder.path, size: ImageSize(height: 24, width: 16), color: .color)
    #expect(dataset.count == 4)
    // The camera was turned: what it stored as 48×32 stands upright, so nothing of it is cut off.
    let index = try #require((0..<4).first { dataset.name(at: $0) == "orientation-6.jpg" })
    let upright = try Image(contentsOf: Self.place("orientation-6.jpg"), color: .color)
    let distance = zip(
      means(of: try dataset.image(at: index)).joined().joined(),
      means(of: upright).joined().joined()
    ).map { abs($0 - $1) }.max()
    #expect((distance ?? 255) < 4)
  }

  @Test("A JPEG comes at the smallest eighth of its size that covers what is wanted")
  func reduction() throws {
    func size(_ name: String, covering target: ImageSize) throws -> ImageSize {
      try Image(contentsOf: Self.place(name), color: .color, covering: target).size
    }
    #expect(
      try size("baseline.jpg", covering: ImageSize(square: 4)) == ImageSize(height: 4, width: 6))
    #expect(
      try size("baseline.jpg", covering: ImageSize(square: 9)) == ImageSize(height: 12, width: 18))
    #expect(
      try size("orientation-6.jpg", covering: ImageSize(height: 18, width: 12))
        == ImageSize(height: 18, width: 12))
    #expect(
      try size("baseline.jpg", covering: ImageSize(square: 400)) == ImageSize(height: 32, width: 48)
    )
    #expect(
      try size("really-a-png.jpg", covering: ImageSize(square: 4))
        == ImageSize(height: 32, width: 48))
  }

  private func means(of image: Image) -> [[[Double]]] {
    (0..<4).map { row in
      (0..<4).map { column in
        (0..<3).map { channel in
          let rows = row * image.height / 4..<(row + 1) * image.height / 4
          let columns = column * image.width / 4..<(column + 1) * image.width / 4
          let sum = rows.reduce(0) { sum, y in
            sum + columns.reduce(0) { $0 + Int(image.bytes[(y * image.width + $1) * 3 + channel]) }
          }
          return Double(sum) / Double(rows.count * columns.count)
        }
      }
    }
  }
}
