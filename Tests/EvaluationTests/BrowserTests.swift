import Evaluation
import Foundation
import ProcessTesting
import Testing

/// Opens the page in a real browser, from its file, and reads what it then shows.
@Suite(.serialized, .enabled(if: Browser.path != nil, "needs Chromium: apt-get install chromium"))
final class BrowserTests {
  /// What a page says at one setting.
  private struct View: Decodable {
    let dial, setting: Int
    let readout, shown, command: String
    /// The numbers of the samples whose pictures can be seen.
    let pictured: [Int]
  }

  private let browser: Browser
  private let written: WrittenReport

  init() throws {
    browser = Browser(folder: try SampleReport().write())
    written = try WrittenReport(folder: browser.folder)
  }

  deinit { try? FileManager.default.removeItem(atPath: browser.folder) }

  /// What a hand returns that does what a user might do with the page.
  private func log<Entry: Decodable>(
    _ type: Entry.Type, of hand: String, fragment: String = "",
    breaking: (right: String, wrong: String)? = nil
  ) throws -> Entry {
    let eye = """
      function view(dial) {
        const isSeen = (tile) => tile.offsetParent !== null && getComputedStyle(tile).opacity === "1";
        return {
          dial, setting: Number(slider.value), readout: element("readout").textContent,
          shown: element("shown").textContent, command: element("command").textContent,
          pictured: [...element("gallery").children].filter(isSeen)
            .map((tile) => Number(tile.dataset.sample)),
        };
      }
      """
    return try browser.log(type, of: eye + hand, fragment: fragment, breaking: breaking)
  }

  private func expectAgreement(_ view: View) {
    let dial = written.dials[view.dial]
    let figures = dial.settings[view.setting]
    let kept = written.samples.filter { $0.levels[view.dial] > view.setting }.map(\.sample)
    #expect(view.pictured.sorted() == kept)
    #expect(view.readout.contains(": \(figures.kept) of 300 kept"))
    let value = view.readout.firstMatch(of: /([0-9.e-]+): [0-9]+ of/).flatMap { Float($0.output.1) }
    #expect(value == figures.setting.value)
    #expect(view.shown.hasPrefix("\(kept.count) of the 300 pictured samples are kept"))
    #expect(view.command == dial.commands[view.setting])
  }

  @Test func countAndPicturesFollowTheSliderThroughAllSettings() throws {
    let views = try log(
      [View].self,
      of: """
        const views = [];
        ["threshold", "keep"].forEach((name, dial) => {
          element(name).click();
          for (let value = 0; value <= Number(slider.max); value += 1) {
            slider.value = value;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
            views.push(view(dial));
          }
        });
        return views;
        """)
    #expect(
      views.map(\.setting) == written.dials.flatMap { Array($0.settings.indices) })
    for view in views { expectAgreement(view) }
    #expect(Set(views.map(\.pictured)).count > 30)
  }

  @Test func theRecommendedSettingIsShownFirstAndItsRuleIsStated() throws {
    let view = try log(View.self, of: "return view(report.chosen.dial);")
    #expect(view.dial == written.chosen.dial && view.setting == written.chosen.index)
    expectAgreement(view)
    let reason = try log(String.self, of: "return element('reason').textContent;")
    #expect(reason.contains(written.chosen.reason))
  }

  @Test func theAddressMayNameASetting() throws {
    let view = try log(View.self, of: "return view(1);", fragment: "#keep-7")
    #expect(view.setting == 7)
    expectAgreement(view)
  }

  @Test(arguments: [
    ("levels[dial] > index", "levels[dial] >= index"), ("shown += 1", "shown += 2"),
    ("${figures.kept} of", "${figures.kept + 1} of"),
  ])
  func aBrokenPageIsFound(right: String, wrong: String) throws {
    let view = try log(
      View.self, of: "return view(1);", fragment: "#keep-7", breaking: (right, wrong))
    withKnownIssue { expectAgreement(view) }
  }

  @Test func arrowKeysWalkThroughThePicturesAndEscapeClosesTheDetail() throws {
    let walk = try log(
      [String].self,
      of: """
        turnTo(1, 20);
        const press = (key) => document.activeElement.dispatchEvent(
          new KeyboardEvent("keydown", { key, bubbles: true }));
        const said = () => `${document.activeElement.dataset.sample} ${element("detail").hidden}`;
        document.querySelector('#gallery [tabindex="0"]').focus();
        const walk = [said()];
        for (const key of ["ArrowRight", "ArrowRight", "ArrowLeft", "Escape"]) {
          press(key);
          walk.push(said());
        }
        return walk;
        """)
    let kept = written.samples.filter { $0.levels[1] > 20 }
      .sorted { ($0.label, $0.number) < ($1.label, $1.number) }.map(\.sample)
    #expect(
      walk == [
        "\(kept[0]) true", "\(kept[1]) false", "\(kept[2]) false", "\(kept[1]) false",
        "\(kept[1]) true",
      ])
  }

  @Test func aPhoneNeedNotScrollSideways() throws {
    let page = try String(contentsOfFile: browser.folder + "/report.html", encoding: .utf8)
    let ruler = """
      <script>
      parent.postMessage(document.documentElement.scrollWidth - innerWidth, "*");
      </script></body>
      """
    func write(_ text: String, to name: String) throws {
      try Data(text.utf8).write(to: URL(fileURLWithPath: browser.folder + "/" + name))
    }
    try write(page.replacingOccurrences(of: "</body>", with: ruler), to: "measured.html")
    try write(
      """
      <!doctype html><title>A phone</title>
      <script>
      addEventListener("message", (event) => { document.body.dataset.overflow = event.data; });
      </script>
      <body><iframe src="measured.html" width="360" height="700"></iframe></body>
      """, to: "phone.html")
    let measured = try browser.elements(of: "phone.html")
    let overflow = try #require(measured.firstMatch(of: /data-overflow="(-?\d+)"/))
    #expect(try #require(Int(overflow.output.1)) <= 0)
  }

  @Test func withoutClassesThePageLeavesOutWhatNeedsThem() throws {
    let flat = Browser(folder: try SampleReport(hasClasses: false).write())
    defer { try? FileManager.default.removeItem(atPath: flat.folder) }
    let page = try flat.elements(of: "report.html")
    #expect(page.contains("<td>Fréchet distance</td>") && page.contains("<td>Precision</td>"))
    #expect(!page.contains("<td>Judged as asked</td>"))
    #expect(page.contains("<td>any</td>"))
    #expect(page.contains("aria-label=\"Sample 0: asked for any, score "))
    let written = try WrittenReport(folder: flat.folder)
    let kept = written.dials[written.chosen.dial].settings[written.chosen.index].kept
    #expect(page.contains(": \(kept) of 300 kept"))
  }
}
