import Evaluation
import Foundation
import Testing

/// The path of a Chromium to test with, if there is one.
private let chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
  .first { FileManager.default.isExecutableFile(atPath: $0) }

/// Opens the page in a real browser, from its file, and reads what it then shows.
@Suite(.serialized, .enabled(if: chromium != nil, "needs Chromium: apt-get install chromium"))
struct BrowserTests {
  private static let dials = ["threshold", "keep"]
  private let folder: String
  private let written: WrittenReport

  init() throws {
    folder = try SampleReport().write()
    written = try WrittenReport(folder: folder)
  }

  /// The page as elements after its script has run, in a window of the given width.
  private func shown(_ page: String, fragment: String = "", width: Int = 1000) throws -> String {
    let output = folder + "/\(UUID().uuidString).txt"
    try Data().write(to: URL(fileURLWithPath: output))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(chromium))
    process.arguments = [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-crashpad-for-testing",
      "--disable-breakpad", "--window-size=\(width),900",
      "--user-data-dir=\(folder)/profile", "--virtual-time-budget=5000", "--dump-dom",
      "file://\(folder)/\(page)\(fragment)",
    ]
    process.standardOutput = try #require(FileHandle(forWritingAtPath: output))
    process.standardError = FileHandle.nullDevice
    try process.run()
    // A browser may linger long after it has answered, and its helpers longer still: nobody waits.
    defer { kill(process.processIdentifier, SIGKILL) }
    for _ in 0..<1200 {
      let text = try String(contentsOfFile: output, encoding: .utf8)
      if text.hasSuffix("</html>\n") { return text }
      Thread.sleep(forTimeInterval: 0.1)
    }
    Issue.record("Chromium has not shown \(page)\(fragment) after two minutes")
    return ""
  }

  /// The numbers of the samples whose pictures are not hidden in the gallery.
  private func pictured(_ page: String) throws -> [Int] {
    let gallery = try #require(
      page.firstMatch(of: /<div id="gallery".*?<\/div>/.dotMatchesNewlines()))
    return gallery.output.matches(of: /<button([^>]*)>/).compactMap { match in
      let attributes = match.output.1
      guard !attributes.contains("hidden") else { return nil }
      return attributes.firstMatch(of: /data-sample="(\d+)"/).flatMap { Int($0.output.1) }
    }
  }

  private func expectAgreement(_ page: String, dial: Int, setting: Int) throws {
    let figures = written.dials[dial].settings[setting]
    let kept = written.samples.filter { $0.levels[dial] > setting }.map(\.sample)
    #expect(try pictured(page).sorted() == kept)
    #expect(page.contains(": \(figures.kept) of 300 kept"))
    #expect(page.contains("\(kept.count) of the 300 pictured samples are kept"))
    #expect(page.contains("<code id=\"command\">\(written.dials[dial].commands[setting])</code>"))
  }

  @Test(arguments: [0, 1], [0, 7, 19])
  func thePageShowsWhatTheSettingKeeps(dial: Int, setting: Int) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let page = try shown("report.html", fragment: "#\(Self.dials[dial])-\(setting)")
    try expectAgreement(page, dial: dial, setting: setting)
  }

  @Test func withoutAFragmentTheRecommendedSettingIsShown() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try expectAgreement(
      try shown("report.html"), dial: written.chosen.dial, setting: written.chosen.index)
  }

  @Test func thePicturesFollowTheSliderAsItMoves() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let page = try String(contentsOfFile: folder + "/report.html", encoding: .utf8)
    let hand = """
      <script>
      document.getElementById("keep").click();
      for (const value of [3, 16]) {
        slider.value = value;
        slider.dispatchEvent(new Event("input"));
      }
      </script></body>
      """
    try Data(page.replacingOccurrences(of: "</body>", with: hand).utf8)
      .write(to: URL(fileURLWithPath: folder + "/moved.html"))
    try expectAgreement(try shown("moved.html"), dial: 1, setting: 16)
  }

  @Test func aPhoneNeedNotScrollSideways() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let page = try String(contentsOfFile: folder + "/report.html", encoding: .utf8)
    let ruler = """
      <script>
      document.body.dataset.overflow = document.documentElement.scrollWidth - innerWidth;
      </script></body>
      """
    try Data(page.replacingOccurrences(of: "</body>", with: ruler).utf8)
      .write(to: URL(fileURLWithPath: folder + "/measured.html"))
    let measured = try shown("measured.html", width: 500)
    let overflow = try #require(measured.firstMatch(of: /data-overflow="(-?\d+)"/))
    #expect(try #require(Int(overflow.output.1)) <= 0)
  }
}
