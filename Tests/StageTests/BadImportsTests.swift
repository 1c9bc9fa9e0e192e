import Foundation
import ReferenceFixtures
import Testing

/// What import-reference refuses, in one line, writing nothing.
@Suite struct BadImportsTests {
  private let own: TemporaryFolder
  private let vqvae = Command.importVQVAE(state: "state", size: "32")

  init() throws {
    own = try TemporaryFolder()
  }

  /// Writes the state of a fixture after `change`, as the file `state`.
  private func write(_ fixture: String, _ change: (inout StateFile) -> Void = { _ in }) throws {
    var state = try StateFile(fixture)
    change(&state)
    try own.write(state.encoded(), to: "state")
  }

  /// Imports a VQ-VAE of 16 codes for images of 64×64, which the priors of the fixtures belong to.
  private func importMatchingVQVAE() throws {
    try own.writeReferenceVQVAE(codes: 16)
    let importing = Command.importVQVAE(state: "vqvae-state.safetensors", size: "64")
    #expect(try importing.run(in: own).code == 0)
  }

  @Test func picklesAreNeverOpened() throws {
    let remedy =
      "such files can run code when loaded, so save its tensors as safetensors instead"
    try own.write(Data("PK\u{3}\u{4}archive/data.pkl".utf8), to: "state")
    try expectRefusal(
      vqvae, in: own,
      "state is a zip archive, as PyTorch's .pt and NumPy's .npz are, not a safetensors file; "
        + remedy)
    try own.write(Data([0x80, 2] + Array("}q\u{0}(X\u{3}\u{0}\u{0}\u{0}".utf8)), to: "state")
    try expectRefusal(
      vqvae, in: own,
      "state is a Python pickle, as old PyTorch .pt files are, not a safetensors file; " + remedy)
  }

  @Test func aMissingTensor() throws {
    try write("vqvae-small") { $0.tensors["dec_t.blocks.2.conv.3.bias"] = nil }
    try expectRefusal(
      vqvae, in: own,
      "state has no tensor 'dec_t.blocks.2.conv.3.bias'; "
        + "pass the whole state_dict of the reference model")
  }

  @Test func aSurplusTensor() throws {
    try write("vqvae-small") { $0.tensors["dec_x.bias"] = .init(shape: [2], elements: [1, 2]) }
    try expectRefusal(
      vqvae, in: own,
      "state has a tensor 'dec_x.bias' that no part of the model takes; "
        + "pass the state_dict of the reference model, unchanged")
  }

  @Test func aShapeAgainstAllOthers() throws {
    try write("vqvae-small") { $0.tensors["dec.blocks.0.bias"]?.shape = [4, 4] }
    try expectRefusal(
      vqvae, in: own,
      "state has a tensor 'dec.blocks.0.bias' of shape [4, 4] where the others imply [16]; "
        + "pass the state_dict of one model, unchanged")
  }

  @Test func aNumberBeyondSinglePrecision() throws {
    try write("vqvae-small") { $0.tensors["dec.blocks.0.bias"]?.elements[0] = .infinity }
    try expectRefusal(
      vqvae, in: own,
      "state has the element inf in tensor 'dec.blocks.0.bias'; "
        + "pass a model whose numbers are finite in single precision")
  }

  @Test func aFileCutShort() throws {
    let whole = try StateFile("vqvae-small").encoded()
    for count in [0, 7, 100, whole.count / 2, whole.count - 1] {
      try own.write(whole.prefix(count), to: "state")
      let outcome = try vqvae.run(in: own)
      #expect(outcome.code == 1 && outcome.errorLines.count == 1 && outcome.output.isEmpty)
      #expect(outcome.errors.hasPrefix("error: state is ") && outcome.errors.contains("; "))
      #expect(try own.files() == ["state"])
    }
  }

  @Test func imagesThatDoNotDivide() throws {
    try expectRefusal(
      .importVQVAE(state: referenceFixture("vqvae-small"), size: "36x32"), in: own,
      "\(referenceFixture("vqvae-small")) cannot be imported; images of 32×36 do not divide by 8, "
        + "the factor between the image and the top level; choose another --size or "
        + "--downsampling")
  }

  @Test func aPriorOfAnotherVQVAE() throws {
    let own32 = Command.importVQVAE(state: referenceFixture("vqvae-small"), size: "64")
    #expect(try own32.run(in: own).code == 0)
    for level in ["top", "bottom"] {
      let state = referenceFixture("prior-\(level)-small")
      let side = level == "top" ? 8 : 16
      try expectRefusal(
        .importPrior(level, state: state), in: own,
        "\(state) models \(side)×\(side) codes of 16, but level '\(level)' has \(side)×\(side) of "
          + "32; pass the --vqvae and the --level it was trained on")
    }
  }

  @Test func aPriorOfAnotherLevel() throws {
    try importMatchingVQVAE()
    let state = referenceFixture("prior-bottom-small")
    try expectRefusal(
      .importPrior("top", state: state), in: own,
      "\(state) models 16×16 codes of 16, but level 'top' has 8×8 of 16; "
        + "pass the --vqvae and the --level it was trained on")
    try expectRefusal(
      .importPrior("middle", state: state), in: own,
      "vqvae.safetensors has no level 'middle'; pass one of: top, bottom")
  }

  @Test func headsThatCannotShareTheChannels() throws {
    try importMatchingVQVAE()
    let state = referenceFixture("prior-top-small")
    try expectRefusal(
      .importPrior("top", state: state).with("--attention-heads", "3"), in: own,
      "\(state) cannot be imported; half of 16 channels cannot be shared by 3 attention heads")
  }

  @Test func modelsOfOtherKindsAndFormats() throws {
    try importMatchingVQVAE()
    let prior = referenceFixture("prior-top-small")
    try expectRefusal(
      .importVQVAE(state: prior, size: "32", output: "other"), in: own,
      "\(prior) has no tensor 'enc_t.blocks.0.weight'; "
        + "pass the whole state_dict of the reference model")
    try expectRefusal(
      .importPrior("top", state: prior, vqvae: prior), in: own,
      "\(prior) does not say what it is; pass a 'vqvae' file that one of the stages wrote")
    try expectRefusal(
      .importPrior("top", state: "nowhere"), in: own, "nowhere is missing; check the path")
  }

  @Test func anOutputThatIsThere() throws {
    try write("vqvae-small")
    let before = try own.read("state")
    try expectRefusal(
      vqvae.with("--output", "state"), in: own,
      "state is there already; remove it to import again, or choose another --output")
    #expect(try own.read("state") == before)
  }

  @Test func anOutputThatCannotBeWritten() throws {
    let importing = Command.importVQVAE(state: referenceFixture("vqvae-small"), size: "32")
    try expectRefusal(
      importing.with("--output", "no/such/model"), in: own,
      "no/such/model cannot be written: No such file or directory; create the folder no/such first "
        + "or choose another place")
    try own.write(Data(), to: "folder/file")
    try expectRefusal(
      importing.with("--output", "folder"), in: own,
      "folder cannot be written: it is there and is not a regular file; choose another name")
  }
}
