import Artifacts
import Images
import PixelCNN
import ReferenceFixtures
import ReferenceImport
import Testing

/// What is not the whole `state_dict` of one model is refused by the name of the tensor at fault.
@Suite struct StateDictionaryTests {
  private static let top = CodeLevel(name: "top", height: 8, width: 8, codebookSize: 16)
  private static let bottom = CodeLevel(name: "bottom", height: 16, width: 16, codebookSize: 16)

  /// What is said of a changed fixture, without the file's name; nil if it is imported.
  private func refusal(of state: StateFile, _ fixture: String) throws -> String? {
    let file = try open(state)
    do {
      switch fixture {
      case "prior-top-small":
        _ = try importPrior(
          file, level: Self.top, condition: nil, attentionHeads: 8, dropout: 0)
      case "prior-bottom-small":
        _ = try importPrior(
          file, level: Self.bottom, condition: Self.top, attentionHeads: 8, dropout: 0)
      default: _ = try importVQVAE(file, imageSize: ImageSize(square: 32))
      }
      return nil
    } catch {
      return "\(error)".replacingOccurrences(of: "\(file.path) ", with: "")
    }
  }

  private static let fixtures = ["vqvae-small", "prior-top-small", "prior-bottom-small"]

  @Test(arguments: fixtures) func eachMissingTensorIsNamed(fixture: String) throws {
    let whole = try StateFile(fixture)
    for name in whole.tensors.keys.sorted() {
      var state = whole
      state.tensors[name] = nil
      #expect(
        try refusal(of: state, fixture)
          == "has no tensor '\(name)'; pass the whole state_dict of the reference model")
    }
  }

  @Test(arguments: fixtures) func eachSurplusTensorIsNamed(fixture: String) throws {
    let whole = try StateFile(fixture)
    for name in ["aaa", "blocks.9.out.conv.bias", "enc_b.blocks.99.weight", "zzz.weight"] {
      var state = whole
      state.tensors[name] = StateFile.Tensor(shape: [1], elements: [0])
      #expect(
        try refusal(of: state, fixture)
          == "has a tensor '\(name)' that no part of the model takes; "
          + "pass the state_dict of the reference model, unchanged")
    }
  }

  /// Any one shape against all others: one axis more or less, or another extent. Only axes of 1 at the
  /// end of a vector are nothing to quarrel about.
  @Test(arguments: fixtures) func eachContradictingShapeIsRefused(fixture: String) throws {
    let whole = try StateFile(fixture)
    for (name, tensor) in whole.tensors.sorted(by: { $0.key < $1.key }) {
      let grown = tensor.shape.indices.map { axis in
        var shape = tensor.shape
        shape[axis] += 1
        return shape
      }
      let others = grown + [tensor.shape + [2], Array(tensor.shape.dropLast())]
      for shape in others where shape.filter({ $0 > 1 }) != tensor.shape.filter({ $0 > 1 }) {
        var state = whole
        let count = shape.reduce(1, *)
        state.tensors[name] = StateFile.Tensor(
          shape: shape, elements: (0..<count).map { tensor.elements[$0 % tensor.elements.count] })
        let line = try #require(try refusal(of: state, fixture), "\(name) of \(shape)")
        #expect(line.contains("; ") && !line.contains("\n"))
        #expect(line.contains("'") || line.hasPrefix("models ") || line.hasPrefix("cannot be"))
      }
    }
  }

  @Test func shapesThatImplyAGiantAreNamed() throws {
    var state = try StateFile("vqvae-small")
    let name = "enc_b.blocks.4.weight"
    let tensor = try #require(state.tensors[name])
    state.tensors[name]?.shape = [4 * 16, 16, 3, 3]
    state.tensors[name]?.elements = (0..<4).flatMap { _ in tensor.elements }
    let line = try #require(try refusal(of: state, "vqvae-small"))
    #expect(line.hasPrefix("has tensors that imply a larger model than all of them make up: '"))
    #expect(line.contains("'\(name)' of [64, 16, 3, 3], "))
  }

  @Test func numbersThatAreNoneAreNamed() throws {
    for (element, text) in [(Float.nan, "nan"), (-.infinity, "-inf")] {
      var state = try StateFile("vqvae-small")
      state.tensors["dec.blocks.0.bias"]?.elements[3] = element
      #expect(
        try refusal(of: state, "vqvae-small")
          == "has the element \(text) in tensor 'dec.blocks.0.bias'; "
          + "pass a model whose numbers are finite in single precision")
    }
  }

  @Test func codesOfAnotherVQVAEAreRefused() throws {
    let top = try fixture("prior-top-small")
    let bottom = try fixture("prior-bottom-small")
    let larger = CodeLevel(name: "top", height: 8, width: 8, codebookSize: 32)
    let wider = CodeLevel(name: "top", height: 8, width: 16, codebookSize: 16)
    for (level, counts) in [(larger, "8×8 of 32"), (wider, "8×16 of 16")] {
      #expect {
        _ = try importPrior(top, level: level, condition: nil, attentionHeads: 8, dropout: 0)
      } throws: {
        "\($0)" == "\(top.path) models 8×8 codes of 16, but level 'top' has \(counts); "
          + "pass the --vqvae and the --level it was trained on"
      }
    }
    #expect {
      _ = try importPrior(
        bottom, level: Self.bottom, condition: larger, attentionHeads: 8, dropout: 0)
    } throws: {
      "\($0)" == "\(bottom.path) is conditioned on codes of 16, but level 'top' has 32; "
        + "pass the --vqvae it was trained on"
    }
    #expect {
      _ = try importPrior(
        bottom, level: Self.bottom, condition: nil, attentionHeads: 8, dropout: 0)
    } throws: {
      "\($0)" == "\(bottom.path) is conditioned on a level above; "
        + "pass the --level it was trained on"
    }
  }

  @Test func aBackgroundOtherThanTheCoordinatesIsRefused() throws {
    var state = try StateFile("prior-top-small")
    state.tensors["background"]?.elements[70] += 0.1
    #expect(
      try refusal(of: state, "prior-top-small")
        == "has a tensor 'background' that is not the coordinates of the codes; "
        + "pass the state_dict of the reference model, unchanged")
  }
}
