import Artifacts
import Foundation
import ProcessTesting
import Testing

/// Sets of shards that are not one file.
@Suite struct BadShardsTests {
  private let pipeline: Pipeline
  private let own: TemporaryFolder
  private let extraction: Command
  private let training = Command.trainPrior("top").with("--steps", "2")

  init() throws {
    pipeline = try Pipeline.shared.get()
    own = try TemporaryFolder()
    try own.copy(pipeline.folder("images"), to: "images")
    extraction = .extractCodes(vqvae: pipeline.folder("vqvae.safetensors"))
    try own.run(extraction, inShards: 3)
  }

  private func shard(_ number: Int, of count: Int = 3) -> String {
    "codes-\(number)-of-\(count).safetensors"
  }

  private func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: own(name))
  }

  private func repeatShard(_ number: Int, _ flags: String...) throws {
    let outcome = try extraction.with("--shard", "\(number)/3").with(flags).run(in: own)
    #expect(outcome.code == 0, "\(outcome.errors)")
  }

  private func expectRefusal(_ line: String) throws {
    for command in [training, extraction] { try StageTests.expectRefusal(command, in: own, line) }
  }

  @Test func oneIsMissing() throws {
    try remove(shard(2))
    try expectRefusal(
      "\(shard(2)) is missing, though other shards are there; run the stage with --shard 2/3 too")
  }

  @Test func oneIsThereTwice() throws {
    try remove(shard(2))
    try own.copy(own(shard(1)), to: shard(2))
    try expectRefusal(
      "\(shard(2)) is shard 1/3, not 2/3; run the stage again with --shard 2/3")
  }

  @Test func oneIsOfAnotherSet() throws {
    try own.run(extraction, inShards: 2)
    try expectRefusal(
      "codes.safetensors has shards of several sets, of 2, 3 shards; remove all but one set")
    try remove(shard(3))
    try own.move(shard(1, of: 2), to: shard(3))
    try remove(shard(2, of: 2))
    try expectRefusal("\(shard(3)) is shard 1/2, not 3/3; run the stage again with --shard 3/3")
  }

  @Test func oneIsOfAnotherModel() throws {
    #expect(try Command.trainVQVAE().with("--steps", "2").run(in: own).code == 0)
    try repeatShard(2, "--vqvae", "vqvae.safetensors")
    try expectRefusal(
      "\(shard(2)) was made from another vqvae than \(shard(1)); run the stage again for all "
        + "shards, with the same flags")
  }

  @Test func oneIsOfOtherImagesOrSettings() throws {
    let line =
      "\(shard(2)) was made from other data or with other settings than \(shard(1)); run the stage "
      + "again for all shards, with the same flags"
    try repeatShard(2, "--copies", "2")
    try expectRefusal(line)
    try own.write(Data(try Shape.disc.image(number: 3).pngBytes()), to: "images/disc/0.png")
    try repeatShard(2)
    try expectRefusal(line)
  }

  @Test func copiesAreAlteredByOtherFlags() throws {
    try own.run(extraction.with("--copies", "2"), inShards: 3)
    try repeatShard(3, "--copies", "2", "--seed", "1")
    try StageTests.expectRefusal(
      training, in: own,
      "\(shard(3)) was made from other data or with other settings than \(shard(1)); run the stage "
        + "again for all shards, with the same flags")
  }

  @Test func oneHasTooFewImages() throws {
    let codes = try CodeFile(path: own("codes.safetensors"))
    let settings = CodeShardSettings(
      layout: codes.layout, images: try #require(codes.shardedImages))
    let writer = try CodeFileWriter(
      path: own(shard(3)), shard: #require(Shard(3, of: 3)), of: settings, count: 18,
      vqvae: #require(codes.sources["vqvae"]))
    try writer.append(
      codes: Dictionary(
        uniqueKeysWithValues: codes.levels.map {
          ($0.name, try codes.readCodes(level: $0.name, images: 40..<58))
        }), labels: Array(codes.readLabels()[40..<58]))
    try writer.finish()
    try expectRefusal(
      "\(shard(1)) has 20 images, which is not its share of all 58; extract the codes of all "
        + "shards again, with the same flags")
  }

  @Test func oneIsDamaged() throws {
    var bytes = try own.read(shard(3))
    bytes[bytes.count - 1] ^= 1
    try own.write(bytes, to: shard(3))
    try expectRefusal(
      "\(shard(3)) is damaged: its contents do not match its digest; copy or make it again")
  }

  @Test func theyAreOfAnotherCommand() throws {
    let message = "remove all shards, or make them again with the same flags"
    try StageTests.expectRefusal(
      extraction.with("--copies", "1"), in: own,
      "\(shard(1)) was made from other images or with other settings; \(message)")
    #expect(try Command.trainVQVAE().with("--steps", "2").run(in: own).code == 0)
    try StageTests.expectRefusal(
      extraction.with("--vqvae", "vqvae.safetensors"), in: own,
      "\(shard(1)) was not made from vqvae.safetensors but from another vqvae; \(message)")
  }

  @Test func theWholeIsThereAlready() throws {
    #expect(try extraction.run(in: own).code == 0)
    try StageTests.expectRefusal(
      extraction.with("--shard", "1/3"), in: own,
      "codes.safetensors is there already, and would be read in place of its shards; remove it, or "
        + "choose another --output")
  }

  @Test func oneIsNotTheWhole() throws {
    try StageTests.expectRefusal(
      training.with("--codes", shard(2)), in: own,
      "\(shard(2)) is a 'codes-shard' file, not a 'codes' file; pass a 'codes' file")
  }

  @Test func samplesOfOtherCommands() throws {
    let command = Command.sampleImages(models: pipeline.folder.path, output: "samples")
    try own.run(command, inShards: 2)
    let second = "samples/samples-2-of-2.safetensors"
    #expect(try command.with("--shard", "2/2", "--seed", "1").run(in: own).code == 0)
    let line =
      "\(second) was made from other data or with other settings than "
      + "samples/samples-1-of-2.safetensors; run the stage again for all shards, with the same flags"
    try StageTests.expectRefusal(command, in: own, line)
    try own.run(command, inShards: 2)
    for flags in [["--seed", "1"], ["--count", "4"], ["--keep", "0.5"], ["--top-k", "3"]] {
      try StageTests.expectRefusal(
        command.with(flags), in: own,
        "samples/samples-1-of-2.safetensors was drawn with other settings; remove all shards, or "
          + "draw them again with the same flags")
    }
    for model in ["vqvae", "prior-top", "prior-bottom"] {
      try own.copy(pipeline.folder("\(model).safetensors"), to: "models/\(model).safetensors")
    }
    try StageTests.expectRefusal(
      command.with("--models", "models"), in: own,
      "samples/samples-1-of-2.safetensors was drawn from other models; remove all shards, or draw "
        + "them again with the same flags")
  }

  /// Only a run with the models can draw what the shards could not know of.
  @Test func samplesTooFewForAThreshold() throws {
    let command = Command.sampleImages(models: pipeline.folder.path, output: "samples")
      .with("--threshold", "0.4", "--attempts", "500")
    try own.run(command, inShards: 3)
    try StageTests.expectRefusal(
      .evaluate(models: pipeline.folder.path).with("--samples", "samples/samples.safetensors"),
      in: own,
      "samples/samples.safetensors needs more candidates than its shards have drawn; run "
        + "sample-images again without --shard, which draws the rest")
    #expect(try command.run(in: own).code == 0)
    try StageTests.expectRefusal(
      command.with("--shard", "1/3"), in: own,
      "samples/samples.safetensors is there already, and would be read in place of its shards; "
        + "remove it, or choose another --output")
  }
}
