import Evaluation
import Foundation
import ProcessTesting
import Testing

/// Opens the page of a frontier in a real browser, from its file, and reads what it then shows.
@Suite(.serialized, .enabled(if: Browser.path != nil, "needs Chromium: apt-get install chromium"))
final class FrontierBrowserTests {
  /// What a page says of one setting.
  private struct View: Decodable {
    let pool, dial, index: Int
    let readout, command, shown: String
    let pictured: [Int]
    let axis: String
    let hereX, pointX: Double
  }

  private let browser: Browser
  private let written: WrittenFrontier
  private let sample: SampleFrontier

  init() throws {
    sample = try SampleFrontier()
    browser = Browser(folder: try sample.write())
    written = try WrittenFrontier(folder: browser.folder)
  }

  deinit { try? FileManager.default.removeItem(atPath: browser.folder) }

  /// What `hand` returns, which may call `view`.
  private func log<Entry: Decodable>(
    _ type: Entry.Type, of hand: String, fragment: String = "",
    breaking: (right: String, wrong: String)? = nil
  ) throws -> Entry {
    let eye = """
      function circleOf({ pool, dial, index }) {
        return document.querySelector(
          `circle[data-pool="${pool}"][data-dial="${dial}"][data-index="${index}"]`);
      }
      function view() {
        return {
          ...place, readout: element("readout").textContent, shown: element("shown").textContent,
          command: element("command").textContent, axis: element("x-title").textContent,
          pictured: [...element("gallery").children].map((tile) => Number(tile.dataset.sample)),
          hereX: Number(element("here").getAttribute("cx")),
          pointX: Number(circleOf(place)?.getAttribute("cx") ?? -1),
        };
      }
      """
    return try browser.log(type, of: eye + hand, fragment: fragment, breaking: breaking)
  }

  private func expectAgreement(_ view: View) {
    let pool = written.pools[view.pool]
    let figures = pool.dials[view.dial].settings[view.index]
    let levels = sample.report.pools[view.pool].dials[view.dial].levels
    #expect(view.pictured.sorted() == levels.indices.filter { levels[$0] > view.index })
    #expect(view.shown.hasPrefix("\(view.pictured.count) of the 300 pictured samples"))
    #expect(view.readout.hasPrefix(pool.name))
    #expect(view.readout.contains(": \(figures.kept) of \(pool.candidates) kept"))
    #expect(view.command == pool.dials[view.dial].commands[view.index])
    #expect(view.hereX == view.pointX)
  }

  @Test func aPointShowsItsSamplesAndItsCommand() throws {
    let views = try log(
      [View].self,
      of: """
        const places = report.planes[0].points.filter((_, number) => number % 7 === 0);
        return places.map((point) => {
          circleOf(point).dispatchEvent(new Event("click"));
          return view();
        });
        """)
    #expect(views.count > 15 && Set(views.map(\.pool)) == [0, 1, 2])
    for view in views { expectAgreement(view) }
  }

  @Test func theRecommendedSettingIsShownFirst() throws {
    let view = try log(View.self, of: "return view();")
    #expect(
      FrontierPlace(pool: view.pool, dial: view.dial, index: view.index)
        == written.recommended.place)
    expectAgreement(view)
    let reason = try log(String.self, of: "return element('reason').textContent;")
    #expect(reason.contains(written.recommended.reason))
    #expect(reason.contains(written.qualityFirst.reason))
  }

  @Test func otherPlanesHaveTheirOwnFrontier() throws {
    struct Seen: Decodable {
      let axis: String
      let circles, best, rows: Int
    }
    let seen = try log(
      [Seen].self,
      of: """
        return report.planes.map((_, number) => {
          element("plane").value = number;
          element("plane").dispatchEvent(new Event("change"));
          return {
            axis: element("x-title").textContent,
            circles: document.querySelectorAll("circle[data-pool]").length,
            best: document.querySelectorAll(".frontier-point").length,
            rows: element("frontier").tBodies[0].rows.length,
          };
        });
        """)
    #expect(seen.map(\.circles) == written.planes.map(\.points.count))
    #expect(seen.map(\.best) == written.planes.map(\.frontier.count))
    #expect(seen.map(\.rows) == seen.map(\.best))
    #expect(seen.map(\.axis)[2] == "coverage")
  }

  @Test func theAddressMayNameASetting() throws {
    let view = try log(View.self, of: "return view();", fragment: "#2-1-7")
    #expect((view.pool, view.dial, view.index) == (2, 1, 7))
    expectAgreement(view)
  }

  @Test(arguments: [
    ("sample.levels[place.dial] <= place.index", "sample.levels[place.dial] < place.index"),
    ("${figures.kept} of", "${figures.kept + 1} of"), ("commands[index];", "commands[0];"),
  ])
  func aBrokenPageIsFound(right: String, wrong: String) throws {
    let view = try log(
      View.self, of: "return view();", fragment: "#2-1-7", breaking: (right, wrong))
    withKnownIssue { expectAgreement(view) }
  }
}
