import Artifacts
import Foundation
import ProcessTesting
import Testing

/// Opens the pages of trainings in a real browser, from their files, and reads what they then show.
@Suite(.serialized, .enabled(if: Browser.path != nil, "needs Chromium: apt-get install chromium"))
struct TrainingPageTests {
  /// What a page shows.
  private struct View: Decodable {
    let state: String
    let command: String?
    let progress: [Double]
    /// How many points each curve has, by the title of its plot and its own name.
    let points: [String: Int]
    /// The rows of the table, by their first cell.
    let figures: [String: [String]]
    /// Of the first picture and the latest: after which step it was drawn, and its width in pixels.
    let pictures: [[Int]]
    let refreshes: Bool
  }

  private let pipeline: Pipeline
  private let own: TemporaryFolder

  init() throws {
    pipeline = try Pipeline.shared.get()
    own = try TemporaryFolder()
  }

  private func view(_ page: String, in folder: TemporaryFolder) throws -> View {
    let copy = try TemporaryFolder()
    try copy.copy(folder(page), to: page)
    return try Browser(folder: copy.path).log(
      View.self,
      of: """
        const text = (id) => document.getElementById(id)?.textContent ?? null;
        const bar = document.querySelector("progress");
        const points = {};
        for (const figure of document.querySelectorAll(".curves figure")) {
          const names = [...figure.querySelectorAll("figcaption span")];
          [...figure.querySelectorAll("polyline")].forEach((line, index) => {
            points[`${figure.querySelector(".title").textContent}/${names[index].textContent}`] =
              line.getAttribute("points").split(" ").length;
          });
        }
        const rows = [...document.querySelectorAll("#figures tbody tr")];
        const cells = (row) => [...row.cells].map((cell) => cell.textContent);
        return {
          state: text("state"), command: text("command"), progress: [bar.value, bar.max], points,
          figures: Object.fromEntries(rows.map(cells).map(([name, ...rest]) => [name, rest])),
          pictures: [...document.querySelectorAll("img")].map(
            (image) => [Number(image.dataset.step), image.naturalWidth]),
          refreshes: document.querySelector('meta[http-equiv="refresh"]') != null,
        };
        """, in: page)
  }

  @Test func aFinishedTrainingShowsItsCurvesFiguresAndPictures() throws {
    let view = try view("vqvae.training.html", in: pipeline.folder)
    let steps = Command.vqvaeSteps
    #expect(view.state == "Finished after \(steps) steps." && !view.refreshes)
    #expect(view.command?.contains("train-vqvae --images images --grey") == true)
    #expect(view.progress == [Double(steps), Double(steps)])
    let expected = [
      "loss/training", "reconstruction/training", "reconstruction/held out", "commitment/training",
      "images/s/training", "perplexity/top", "perplexity/bottom", "usage/top", "usage/bottom",
    ]
    #expect(view.points == Dictionary(uniqueKeysWithValues: expected.map { ($0, 20) }))
    let errors = try #require(view.figures["held-out error"]).compactMap(Double.init)
    #expect(errors.count == 2 && errors[1] < errors[0])
    // The latest are of the weights that became the model: the best ones.
    let best = try ArtifactFile(path: pipeline.folder("vqvae.safetensors"), kind: .vqvae)
      .metadata.notes["best step"].flatMap(Double.init)
    #expect(view.pictures.map { $0[0] } == [steps / 20, Int(best ?? Double(steps))])
    #expect(view.pictures.allSatisfy { $0[1] > 100 })
  }

  @Test func aTrainingThatWasStoppedShowsAllOfItsCurve() throws {
    try own.copy(pipeline.folder("images"), to: "images")
    let command = Command.trainVQVAE().with("--checkpoint-interval", "0")
    let running = try command.start(in: own)
    let end = ContinuousClock.now + .seconds(60)
    while !own.exists("vqvae.training.html"), ContinuousClock.now < end { usleep(5_000) }
    try own.copy(own("vqvae.training.html"), to: "going.html")
    running.send(signal: SIGINT)
    let outcome = running.finish()
    let going = try view("going.html", in: own)
    #expect(going.refreshes)
    #expect(going.state.contains(/^Step \d+ of 240, about .* left, [\d.]+ images per second\.$/))
    try #require(outcome.code == 130, "it was finished before it could be stopped")
    let stopped = try view("vqvae.training.html", in: own)
    #expect(!stopped.refreshes)
    #expect(stopped.state.hasPrefix("Interrupted after step "))

    #expect(try command.run(in: own).code == 0)
    let whole = try view("vqvae.training.html", in: own)
    #expect(whole.points.count == 9 && whole.points.values.allSatisfy { $0 == 20 })
    #expect(whole.pictures[0][0] == 12 && whole.pictures[1][0] > 12)
    #expect(try own.read("vqvae.safetensors") == pipeline.folder.read("vqvae.safetensors"))
    #expect(try own.files().filter(isTemporary) == [])
  }

  @Test func theBrowserReadsThePageOfAGoingTrainingAgain() throws {
    let html = String(
      decoding: try pipeline.folder.read("prior-top.training.html"), as: UTF8.self)
    let going = html.replacing(
      "<title>", with: "<meta http-equiv=\"refresh\" content=\"1\"><title>")
    try own.write(Data(going.utf8), to: "page.html")
    try own.write(
      Data(
        """
        <!doctype html><title>A reader</title>
        <body data-readings="0">
        <iframe src="page.html" width="360" height="700"
          onload="document.body.dataset.readings = Number(document.body.dataset.readings) + 1"></iframe>
        </body>
        """.utf8), to: "reader.html")
    let shown = try Browser(folder: own.path).elements(of: "reader.html")
    let readings = try #require(shown.firstMatch(of: /data-readings="(\d+)"/)).output.1
    #expect(try #require(Int(readings)) >= 2)
  }

  @Test(arguments: ["top", "bottom"])
  func aPriorShowsSamplesAsTheyBecome(level: String) throws {
    for input in ["codes.safetensors", "vqvae.safetensors"] {
      try own.copy(pipeline.folder(input), to: input)
    }
    let outcome = try Command.trainPrior(level).with("--vqvae", "vqvae.safetensors").run(in: own)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let view = try view("prior-\(level).training.html", in: own)
    #expect(view.pictures.map { $0[0] } == [20, 400] && view.pictures.allSatisfy { $0[1] > 100 })
    #expect(view.points["loss/held out"] == 20 && view.points["loss/training"] == 20)
    #expect(own.exists("prior-\(level).samples.png"))
    // To be looked at changes nothing.
    let model = "prior-\(level).safetensors"
    #expect(try own.read(model) == pipeline.folder.read(model))
  }

  @Test func anotherVQVAEIsRefused() throws {
    try own.copy(pipeline.folder("codes.safetensors"), to: "codes.safetensors")
    try own.copy(pipeline.folder("images"), to: "images")
    let other = Command.trainVQVAE(output: "other.safetensors").with("--steps", "2", "--seed", "9")
    #expect(try other.run(in: own).code == 0)
    try expectRefusal(
      Command.trainPrior("top").with("--vqvae", "other.safetensors"), in: own,
      "other.safetensors is not what codes.safetensors was made by; pass that VQ-VAE, or leave out "
        + "--vqvae")
  }
}
