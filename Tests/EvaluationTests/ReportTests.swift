import Evaluation
import Foundation
import Images
import Testing

@Suite struct ReportTests {
  @Test func theJSONHasTheFiguresOfAllSettings() throws {
    let sample = try SampleReport()
    let folder = try sample.write()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let written = try WrittenReport(folder: folder)
    #expect(written.candidates == 300 && written.samples.map(\.sample) == Array(0..<300))
    #expect(written.dials.map(\.dial) == ["threshold", "keep"])
    for (index, dial) in written.dials.enumerated() {
      #expect(dial.settings.map(\.setting) == sample.report.dials[index].settings)
      #expect(dial.settings.map(\.quality) == sample.report.figures[index].map(\.quality))
      for (place, figures) in dial.settings.enumerated() {
        #expect(written.samples.count { $0.levels[index] > place } == figures.kept)
      }
    }
  }

  @Test func thePageStandsAloneAndSaysNoNumberThatIsNone() throws {
    let folder = try SampleReport().write()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let page = try String(contentsOfFile: folder + "/report.html", encoding: .utf8)
    #expect(!page.contains("NaN") && !page.contains("Infinity") && !page.contains("{{"))
    #expect(!page.contains("http:") && !page.contains("https:") && !page.contains("src="))
    // The class called </script> has not ended one.
    #expect(page.components(separatedBy: "</script>").count == 3)
    #expect(page.components(separatedBy: "<svg").count == 9)
  }

  @Test func curvesAreDrawn() throws {
    let folder = try SampleReport().write()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let image = try Image(contentsOf: folder + "/curves.png", color: .color)
    #expect(image.width == 880 && image.height == 4 * 280 && image.channels == 3)
    let colors = Set(
      (0..<image.width * image.height).map { Array(image.bytes[3 * $0..<3 * $0 + 3]) })
    #expect(
      colors.isSuperset(of: [[255, 255, 255], [0, 114, 178], [213, 94, 0], [40, 40, 48]]))
  }

  @Test func manyLargePicturesStayBelowTenMegabytes() throws {
    let folder = try SampleReport(side: 128, channels: 3).write()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let page = try FileManager.default.attributesOfItem(atPath: folder + "/report.html")
    let size = try #require(page[.size] as? Int)
    #expect(size < 10_000_000 && size > 1_000_000)
  }

  @Test func whatCannotBeWrittenIsSaid() throws {
    let sample = try SampleReport()
    #expect(throws: (any Error).self) {
      try sample.report.write(to: "/nowhere", trainingImages: sample.training)
    }
  }
}
