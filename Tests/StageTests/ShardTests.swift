import Artifacts
import Foundation
import Generation
import ProcessTesting
import Testing

/// Work that several processes share ends with the bytes of one process.
@Suite struct ShardTests {
  private let pipeline: Pipeline
  private let own: TemporaryFolder

  init() throws {
    pipeline = try Pipeline.shared.get()
    own = try TemporaryFolder()
  }

  private var extraction: Command {
    .extractCodes(
      vqvae: pipeline.folder("vqvae.safetensors"), images: pipeline.folder("images"))
  }

  private static let sampling: [String: [String]] = [
    "unfiltered": [], "best": ["--keep", "0.25"],
    "threshold": ["--threshold", "0.4", "--attempts", "500"],
  ]

  private func sampling(_ name: String) throws -> Command {
    try Command.sampleImages(models: pipeline.folder.path, output: name)
      .with(#require(Self.sampling[name]))
  }

  @Test(arguments: [1, 2, 3, 8])
  func codesHaveTheBytesOfOneProcess(count: Int) throws {
    try own.run(extraction, inShards: count)
    #expect(try own.files().count == count && !own.exists("codes.safetensors"))

    let whole = try CodeFile(path: pipeline.folder("codes.safetensors"))
    let shards = try CodeFile(path: own("codes.safetensors"))
    #expect(shards.digest == whole.digest && shards.sources == whole.sources)
    #expect(shards.layout == whole.layout && shards.count == whole.count)
    #expect(try shards.readLabels() == whole.readLabels())
    for images in [0..<whole.count, 7..<8, 13..<47, 59..<60, 30..<30] {
      #expect(
        try shards.readCodes(level: "bottom", images: images)
          == whole.readCodes(level: "bottom", images: images))
    }

    let joined = try extraction.run(in: own)
    #expect(joined.code == 0, "\(joined.errors)")
    #expect(
      try own.read("codes.safetensors") == pipeline.folder.read("codes.safetensors"))
  }

  @Test func copiesStayWithTheirPictures() throws {
    let command = extraction.with("--copies", "2", "--seed", "3")
    #expect(try command.with("--output", "alone.safetensors").run(in: own).code == 0)
    try own.run(command, inShards: 7)
    let third = try own.size("codes-3-of-7.safetensors")
    #expect(try third < own.size("alone.safetensors") / 3)
    #expect(try command.run(in: own).code == 0)
    #expect(try own.read("codes.safetensors") == own.read("alone.safetensors"))
  }

  @Test func shardsMayBeEmpty() throws {
    try own.writeShapes(to: "few", count: 1)
    let command = Command.extractCodes(
      vqvae: pipeline.folder("vqvae.safetensors"), images: "few")
    #expect(try command.with("--output", "alone.safetensors").run(in: own).code == 0)
    try own.run(command, inShards: 8)
    #expect(try command.run(in: own).code == 0)
    #expect(try own.read("codes.safetensors") == own.read("alone.safetensors"))
  }

  @Test func priorsTakeASetAsOneFile() throws {
    try own.run(extraction, inShards: 3)
    let fromShards = Command.trainPrior("bottom").with("--steps", "12")
    #expect(try fromShards.run(in: own).code == 0)
    let fromOne = Command.trainPrior(
      "bottom", codes: pipeline.folder("codes.safetensors"), output: "other.safetensors"
    ).with("--steps", "12")
    #expect(try fromOne.run(in: own).code == 0)
    #expect(try own.read("prior-bottom.safetensors") == own.read("other.safetensors"))
  }

  @Test(
    arguments: [
      ("best", 1), ("best", 2), ("best", 3), ("best", 8), ("unfiltered", 3), ("threshold", 3),
    ])
  func samplesHaveTheBytesOfOneProcess(name: String, count: Int) throws {
    let command = try sampling(name)
    try own.run(command, inShards: count)
    let shards = try own.files(in: name)
    #expect(shards.count == count)
    let joined = try command.run(in: own)
    #expect(joined.code == 0, "\(joined.errors)")
    #expect(joined.output == pipeline.outcomes[name]?.output)
    let snapshot = try own.snapshot(of: name).filter { !shards.contains($0.key) }
    #expect(try snapshot == pipeline.folder.snapshot(of: name))
  }

  @Test(arguments: ["best", "unfiltered"])
  func samplesAreReadAsOneFile(name: String) throws {
    try own.run(try sampling(name), inShards: 3)
    let path = "\(name)/samples.safetensors"
    let whole = try SampleFile(path: pipeline.folder(path))
    let shards = try SampleFile(path: own(path))
    #expect(shards.configuration == whole.configuration && shards.sources == whole.sources)
    try shards.write(to: own("again.safetensors"))
    #expect(try own.read("again.safetensors") == pipeline.folder.read(path))
  }

  @Test func samplesInShardsAreMeasured() throws {
    let command = try sampling("best")
    try own.run(command, inShards: 2)
    let folder = pipeline.folder
    let measures = [
      Command.evaluate(models: folder.path, images: folder("images"))
        .with("--samples", "best/samples.safetensors"),
      .tuneRejection(
        models: folder.path, samples: "best/samples.safetensors", images: folder("images"),
        output: "report"),
    ]
    let ofShards = try measures.map { try $0.run(in: own) }
    let report = try own.read("report/report.json")
    #expect(try command.run(in: own).code == 0)
    for (measure, outcome) in zip(measures, ofShards) {
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(try measure.run(in: own).output == outcome.output)
    }
    #expect(try own.read("report/report.json") == report)
  }
}

extension TemporaryFolder {
  /// Runs a command in so many shards, all at once.
  func run(_ command: Command, inShards count: Int) throws {
    let running = try (1...count).map {
      try command.with("--shard", "\($0)/\(count)").start(in: self)
    }
    for outcome in running.map({ $0.finish() }) {
      #expect(outcome.code == 0 && outcome.output.isEmpty, "\(outcome.errors)")
    }
  }

  fileprivate func size(_ name: String) throws -> Int { try read(name).count }
}
