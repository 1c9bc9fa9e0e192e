import Foundation
import Generation
import Images
import Models
import PixelCNN
import ProcessTesting
import Tensors
import Testing

/// What sample-images writes and says.
@Suite struct SamplingTests {
  private let pipeline: Pipeline
  private var folder: TemporaryFolder { pipeline.folder }
  private static let runs = ["unfiltered", "threshold", "best"]

  init() throws {
    pipeline = try Pipeline.shared.get()
  }

  @Test(arguments: runs)
  func imagesAreNumberedPerClass(run: String) throws {
    let images = Shape.names.flatMap { name in
      (0..<Pipeline.sampleCount).map { "images/\(name)/0000\($0).png" }
    }
    #expect(
      try folder.files(in: run) == ["contact-sheet.png"] + images + ["samples.safetensors"])
  }

  @Test(arguments: runs)
  func acceptedCodesDecodeToTheImages(run: String) throws {
    let vqvae = try LoadedVQVAE(path: folder("vqvae.safetensors"))
    let accepted = try samples(run).candidates.filter(\.isAccepted)
    let images = try Shape.names.flatMap { name in
      try (0..<Pipeline.sampleCount).map {
        try Image(contentsOf: folder("\(run)/images/\(name)/0000\($0).png"), color: .grey)
      }
    }
    let codes = (0..<2).map { level in accepted.flatMap { $0.codes[level].map(Int32.init) } }
    #expect(vqvae.model.decode(codes, images: accepted.count).images() == images)

    var sheet = ContactSheet(columns: Pipeline.sampleCount, zoom: 3)
    for start in stride(from: 0, to: images.count, by: Pipeline.sampleCount) {
      sheet.addGroup(Array(images[start..<start + Pipeline.sampleCount]))
    }
    let stored = try Image(contentsOf: folder("\(run)/contact-sheet.png"), color: .grey)
    #expect((stored.height, stored.width) == (2 + 3 * 50 + 2 * 6, 2 + 5 * 50))
    #expect(stored == sheet.render())
  }

  @Test func scoresAreTheClassifiersAndDecideWhatIsKept() throws {
    let classifier = try LoadedClassifier(path: folder("classifier.safetensors")).model
    for name in Shape.names {
      let label = Int32(try #require(Shape.names.firstIndex(of: name)))
      let kept = try samples("threshold").candidates.filter { $0.label == label && $0.isAccepted }
      for (number, candidate) in kept.enumerated() {
        let image = try Image(
          contentsOf: folder("threshold/images/\(name)/0000\(number).png"), color: .grey)
        let probabilities = classifier.probabilities(
          of: Tensor(imageBytes: image.bytes, shape: image.shape))
        #expect(candidate.score == probabilities.buffer[Int(label)])
      }
    }
    #expect(
      try samples("threshold").candidates.allSatisfy { $0.isAccepted == (($0.score ?? 0) >= 0.4) })
    #expect(try samples("unfiltered").candidates.allSatisfy(\.isAccepted))
    for label in Int32(0)..<3 {
      let pool = try samples("best").candidates.filter { $0.label == label }
      let best = pool.compactMap(\.score).sorted(by: >).prefix(Pipeline.sampleCount)
      #expect(pool.count == 4 * Pipeline.sampleCount)
      #expect(pool.filter(\.isAccepted).compactMap(\.score).sorted(by: >) == Array(best))
    }
  }

  @Test(arguments: runs)
  func theSummaryAddsUp(run: String) throws {
    let lines = try #require(pipeline.outcomes[run]).output.split(separator: "\n").map {
      $0.split(separator: "  ").map { $0.trimmingCharacters(in: .whitespaces) }
        .filter { !$0.isEmpty }
    }
    #expect(lines[0] == ["class", "drawn", "kept", "turned away", "acceptance"])
    let candidates = try samples(run).candidates
    var expected = Shape.names.indices.map { label in
      row(Shape.names[label], candidates.filter { $0.label == Int32(label) })
    }
    expected.append(row("all", candidates))
    #expect(Array(lines.dropFirst(2)) == expected)
    #expect(candidates.filter(\.isAccepted).count == 3 * Pipeline.sampleCount)
  }

  @Test func theImagesAreADatasetToTrainOn() throws {
    let own = try TemporaryFolder()
    let outcome = try Command.trainClassifier(images: folder("unfiltered/images"))
      .with("--steps", "3").run(in: own)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let classifier = try LoadedClassifier(path: own("classifier.safetensors")).model
    #expect(classifier.configuration.classNames == Shape.names)
  }

  @Test func someClassesCanBeAskedFor() throws {
    let own = try TemporaryFolder()
    let outcome = try Command.sampleImages(models: folder.path, count: 2, output: "some")
      .with("--classes", "square,disc").run(in: own)
    #expect(outcome.code == 0, "\(outcome.errors)")
    for shape in ["disc", "square"] {
      #expect(
        try own.snapshot(of: "some/images/\(shape)")
          == folder.snapshot(of: "unfiltered/images/\(shape)")
          .filter { ["00000.png", "00001.png"].contains($0.key) })
    }
    #expect(try own.files(in: "some/images").count == 4)
  }

  @Test func dialsDifferByLevelAndAreRecorded() throws {
    let own = try TemporaryFolder()
    let outcome = try Command.sampleImages(models: folder.path, count: 2, output: "dialled")
      .with("--temperature", "top=0.9,bottom=0.5", "--guidance", "bottom=2", "--top-k", "9")
      .run(in: own)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let file = try SampleFile(path: own("dialled/samples.safetensors"))
    let distribution = file.configuration.distribution
    #expect(distribution["top"] == CodeDistribution(temperature: 0.9, topK: 9))
    #expect(distribution["bottom"] == CodeDistribution(temperature: 0.5, topK: 9, guidance: 2))
    // What every level has alike is drawn and written as ever.
    let same = try Command.sampleImages(models: folder.path, output: "same")
      .with("--temperature", "top=1,bottom=1", "--guidance", "1").run(in: own)
    #expect(same.code == 0, "\(same.errors)")
    #expect(try own.snapshot(of: "same") == folder.snapshot(of: "unfiltered"))
  }

  @Test func guidanceNeedsAPriorThatKnowsImagesOfHiddenClass() throws {
    let own = try TemporaryFolder()
    for name in ["vqvae", "codes", "classifier", "prior-top"] {
      try own.write(try folder.read("\(name).safetensors"), to: "\(name).safetensors")
    }
    let prior = Command.trainPrior("bottom").with("--steps", "2", "--class-dropout", "0")
    #expect(try prior.run(in: own).code == 0)
    let command = Command.sampleImages(models: ".", count: 1, output: "samples")
    #expect(try command.with("--guidance", "top=2").run(in: own).code == 0)
    let refused = try command.with("--guidance", "2").run(in: own)
    #expect(refused.code == 1)
    #expect(
      refused.errors == "error: ./prior-bottom.safetensors was trained without images of hidden "
        + "class, which --guidance needs; train it again with --class-dropout 0.1\n")
    let stray = try command.with("--guidance", "middle=2").run(in: own)
    #expect(stray.code == 64)
    #expect(stray.errors.contains("There is no level 'middle'; there are: top, bottom."))
  }

  @Test func aSecondRunReplacesTheFirst() throws {
    let own = try TemporaryFolder()
    let command = Command.sampleImages(models: folder.path, output: "again")
    #expect(try command.with("--count", "9", "--seed", "4").run(in: own).code == 0)
    #expect(try command.run(in: own).code == 0)
    #expect(try own.snapshot(of: "again") == folder.snapshot(of: "unfiltered"))
  }

  @Test func whatCannotBeMetKeepsWhatThereIsAndSaysSo() throws {
    let own = try TemporaryFolder()
    let command = Command.sampleImages(models: folder.path, output: "few")
    #expect(try command.run(in: own).code == 0)
    let outcome = try command.with("--threshold", "1.0", "--attempts", "1").run(in: own)
    let candidates = try SampleFile(path: own("few/samples.safetensors")).candidates
    let kept = candidates.filter(\.isAccepted).count
    #expect(candidates.count == 15 && kept < 15)
    #expect(try own.files(in: "few/images").count == kept)
    #expect(own.exists("few/contact-sheet.png") == (kept > 0), "the sheet of the first run is left")
    #expect(outcome.code == 1)
    #expect(
      outcome.errorLines.last
        == "error: few has only \(kept) of 15 images: the attempts are used up; "
        + "lower --threshold or raise --attempts")
    #expect(outcome.output.contains("turned away"))
  }

  private func samples(_ run: String) throws -> SampleFile {
    try SampleFile(path: folder("\(run)/samples.safetensors"))
  }

  private func row(_ name: String, _ members: [Candidate]) -> [String] {
    let (drawn, kept) = (members.count, members.filter(\.isAccepted).count)
    return [name, "\(drawn)", "\(kept)", "\(drawn - kept)", "\(100 * kept / drawn)%"]
  }
}
