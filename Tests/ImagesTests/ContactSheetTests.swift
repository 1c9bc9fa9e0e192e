import Images
import Testing

@Suite("Contact sheets")
struct ContactSheetTests {
  private func sample(_ sheet: Image, _ y: Int, _ x: Int) -> [UInt8] {
    let start = (y * sheet.width + x) * sheet.channels
    return Array(sheet.bytes[start..<start + sheet.channels])
  }

  @Test("Tiles fill rows, with gaps between and around")
  func grid() {
    var sheet = ContactSheet(columns: 2)
    sheet.addGroup((1...3).map { plainImage($0, height: 4, width: 5) })
    let image = sheet.render()
    #expect(image.channels == 1)
    #expect(image.size == ImageSize(height: 2 + 2 * (4 + 2), width: 2 + 2 * (5 + 2)))
    for y in 0..<image.height {
      for x in 0..<image.width {
        let row = [2..<6, 8..<12].firstIndex { $0.contains(y) }
        let column = [2..<7, 9..<14].firstIndex { $0.contains(x) }
        var expected: UInt8 = 0x80
        if let row, let column, 2 * row + column < 3 { expected = UInt8(2 * row + column + 1) }
        #expect(sample(image, y, x) == [expected])
      }
    }
  }

  @Test("Zoom repeats pixels")
  func zoom() {
    let tile = noiseImage(height: 2, width: 3, channels: 3)
    var sheet = ContactSheet(columns: 1, zoom: 4)
    sheet.addGroup([tile])
    let image = sheet.render()
    #expect(image.size == ImageSize(height: 4 + 8, width: 4 + 12))
    for y in 0..<8 {
      for x in 0..<12 {
        let start = (y / 4 * 3 + x / 4) * 3
        #expect(sample(image, 2 + y, 2 + x) == Array(tile.bytes[start..<start + 3]))
      }
    }
  }

  @Test("Groups start on rows of their own, set apart")
  func groups() {
    var sheet = ContactSheet(columns: 3)
    sheet.addGroup([plainImage(10, height: 1, width: 1)])
    sheet.addGroup((0..<4).map { plainImage($0 + 20, height: 1, width: 1) })
    let image = sheet.render()
    #expect(image.size == ImageSize(height: 2 + 1 + 8 + 1 + 2 + 1 + 2, width: 2 + 3 * 3))
    #expect(sample(image, 2, 2) == [10])
    #expect(sample(image, 11, 2) == [20])
    #expect(sample(image, 11, 8) == [22])
    #expect(sample(image, 14, 2) == [23])
  }

  @Test("Verdicts frame their tiles and colour the sheet")
  func verdicts() {
    var sheet = ContactSheet(columns: 3)
    sheet.addGroup(
      [plainImage(50, height: 1, width: 1), plainImage(60, height: 1, width: 1)],
      verdicts: [.accepted, .rejected])
    sheet.addGroup([plainImage(70, height: 1, width: 1)])
    let image = sheet.render()
    #expect(image.channels == 3)
    #expect(image.size == ImageSize(height: 2 + 5 + 8 + 5 + 2, width: 2 + 3 * 7))
    #expect(sample(image, 2, 2) == [0x2E, 0xA0, 0x43])
    #expect(sample(image, 4, 4) == [50, 50, 50])
    #expect(sample(image, 6, 13) == [0xD1, 0x24, 0x2F])
    #expect(sample(image, 4, 11) == [60, 60, 60])
    #expect(sample(image, 15, 2) == [0x80, 0x80, 0x80])
    #expect(sample(image, 17, 4) == [70, 70, 70])
  }

  @Test("A sheet is written as PNG")
  func writing() throws {
    let folder = try TemporaryFolder()
    var sheet = ContactSheet(columns: 4)
    sheet.addGroup((0..<8).map { plainImage($0) })
    try sheet.write(to: folder.file("sheet.png"))
    #expect(try Image(contentsOf: folder.file("sheet.png"), color: .grey) == sheet.render())
  }
}
