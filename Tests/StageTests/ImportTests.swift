import Artifacts
import Foundation
import Images
import Models
import ReferenceFixtures
import Testing

/// Models of the public PyTorch reference through import-reference and every stage after it.
@Suite struct ImportTests {
  private let own: TemporaryFolder

  init() throws {
    own = try TemporaryFolder()
  }

  private func expectSuccess(_ command: Command) throws {
    let outcome = try command.run(in: own)
    #expect(outcome.code == 0, "\(outcome.errors)")
  }

  @Test func codesAreTheReferences() throws {
    let expected = try SafetensorsFile(path: referenceFixture("vqvae-small-expected"))
    try writeInput(of: expected)
    let importing = Command.importVQVAE(state: referenceFixture("vqvae-small"), size: "32")
    let outcome = try importing.run(in: own)
    #expect(outcome == .init(output: "vqvae.safetensors is written\n", code: 0))
    try expectSuccess(.extractCodes())
    let codes = try CodeFile(path: own("codes.safetensors"))
    #expect(codes.levels.map(\.name) == ["top", "bottom"] && codes.count == 2)
    for level in codes.levels {
      let found = try codes.readCodes(level: level.name, images: 0..<2)
      #expect(found.map(Int32.init) == (try expected.readInt32("\(level.name)_codes")))
    }
  }

  /// The images the reference's codes are of: values k/127.5 − 1 are bytes k.
  private func writeInput(of expected: SafetensorsFile) throws {
    let values = try expected.readFloats("input")
    let area = 32 * 32
    for number in 0..<2 {
      let bytes = (0..<area * 3).map { index in
        let (pixel, channel) = index.quotientAndRemainder(dividingBy: 3)
        let value = values[(number * 3 + channel) * area + pixel]
        return UInt8(((value + 1) * 127.5).rounded())
      }
      let image = Image(shape: ImageShape(size: ImageSize(square: 32), channels: 3), bytes: bytes)
      try own.write(Data(try image.pngBytes()), to: "images/\(number).png")
    }
  }

  @Test func everyLaterStageTakesImportedModels() throws {
    try own.writeReferenceVQVAE(codes: 16)
    try expectSuccess(.importVQVAE(state: "vqvae-state.safetensors", size: "64"))
    for level in ["top", "bottom"] {
      try expectSuccess(
        .importPrior(level, state: referenceFixture("prior-\(level)-small")))
    }
    try expectSuccess(.sampleImages(count: 3, output: "samples"))
    let images = try (0..<3).map {
      try Image(contentsOf: own("samples/images/0000\($0).png"), color: .color)
    }
    #expect(images.allSatisfy { $0.width == 64 && $0.height == 64 } && images[0] != images[1])

    try own.move("samples/images", to: "images")
    try expectSuccess(.extractCodes())
    let outcome = try Command.evaluate().with("--json", "figures.json").run(in: own)
    #expect(outcome.code == 0 && outcome.output.contains("bits per dimension"), "\(outcome.errors)")
    // A prior of this VQ-VAE can be trained beside the imported one.
    let training = Command.trainPrior("top", output: "own.safetensors")
    try expectSuccess(training.with("--steps", "1", "--held-out", "1"))
  }

  /// The same numbers give the same model, however they are stored and whatever wraps them.
  @Test(arguments: [DataType.float64, .float16, .bfloat16])
  func otherPrecisionsAreConverted(type: DataType) throws {
    var state = try StateFile("prior-top-small")
    for name in state.tensors.keys {
      // Numbers that each of the types can hold.
      let elements = state.tensors[name]?.elements ?? []
      state.tensors[name]?.elements = elements.map {
        let rounded = Float(Float16($0))
        return Float(bitPattern: rounded.bitPattern & 0xffff_0000)
      }
    }
    try own.write(state.encoded(), to: "single.safetensors")
    for name in state.tensors.keys { state.tensors[name]?.dataType = type }
    try own.write(state.encoded(), to: "converted.safetensors")
    try own.writeReferenceVQVAE(codes: 16)
    try expectSuccess(.importVQVAE(state: "vqvae-state.safetensors", size: "64"))
    for name in ["single", "converted"] {
      try expectSuccess(
        .importPrior("top", state: "\(name).safetensors", output: "prior-\(name).safetensors"))
    }
    let (single, converted) = try (
      LoadedPrior(path: own("prior-single.safetensors")),
      LoadedPrior(path: own("prior-converted.safetensors"))
    )
    #expect(single.file.digest == converted.file.digest)
    let bias = try #require(single.model.parameters.all.first { $0.name == "logits.bias" })
    #expect(bias.value.elements == state.tensors["out.2.conv.bias"]?.elements)
  }

  @Test func aModelFromSeveralDevicesIsTheSame() throws {
    var state = try StateFile("vqvae-small")
    state.tensors = Dictionary(
      uniqueKeysWithValues: state.tensors.map { ("module.\($0.key)", $0.value) })
    try own.write(state.encoded(), to: "wrapped.safetensors")
    try expectSuccess(.importVQVAE(state: "wrapped.safetensors", size: "32", output: "wrapped"))
    try expectSuccess(
      .importVQVAE(state: referenceFixture("vqvae-small"), size: "32", output: "plain"))
    #expect(
      try LoadedVQVAE(path: own("wrapped")).file.digest
        == LoadedVQVAE(path: own("plain")).file.digest)
  }
}
