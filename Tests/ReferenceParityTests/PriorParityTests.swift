import Artifacts
import NeuralNetworks
import PixelCNN
import ReferenceImport
import Tensors
import Testing

/// Priors against the reference's tensors.
@Suite struct PriorParityTests {
  /// A prior that has been imported, the codes it is tried on, and what is expected of it.
  private struct Example {
    let prior: Prior
    let batch: Prior.Batch
    let expected: SafetensorsFile
    /// Its gradients, as if they were its weights.
    let gradients: Prior

    init(_ name: String) throws {
      expected = try fixture("\(name)-expected")
      let codes = try #require(expected.description(of: "codes")).shape
      let classes = try #require(expected.description(of: "logits")).shape[1]
      let level = CodeLevel(
        name: "own", height: codes[1], width: codes[2], codebookSize: classes)
      let condition = expected.description(of: "top_codes").map {
        CodeLevel(name: "above", height: $0.shape[1], width: $0.shape[2], codebookSize: classes)
      }
      func imported(_ file: SafetensorsFile) throws -> Prior {
        try importPrior(
          file, level: level, condition: condition, attentionHeads: 8, dropout: 0)
      }
      prior = try imported(fixture(name))
      gradients = try imported(ReferenceParityTests.gradients(expected, of: name))
      batch = Prior.Batch(
        codes: try expected.readInt32("codes"),
        conditions: condition == nil ? [] : [try expected.readInt32("top_codes")])
    }
  }

  private static let given = ["prior-top-small", "prior-bottom-small"]

  /// With and without attention, condition, residual and output blocks; kernels of 3, 5 and 7, the
  /// condition's of 1 and 5; widths that differ; maps that are not square. The weights of
  /// `prior-attention` are as a step of the optimizer left them, with values behind the masks.
  private static let family = [
    "prior-attention", "prior-bare", "prior-conditioned", "prior-deep", "prior-pointwise",
  ]

  @Test(arguments: given + family) func logitsEqualTheReference(name: String) throws {
    let example = try Example(name)
    let expected = try nhwc(example.expected, "logits")
    #expect(error(example.prior.logits(of: example.batch, in: .inference), expected) <= 1e-5)
  }

  @Test(arguments: given + family) func theSamplersLogitsEqualTheReference(name: String) throws {
    let example = try Example(name)
    let expected = try nhwc(example.expected, "logits")
    #expect(error(PriorSampler(example.prior).logits(of: example.batch), expected) <= 1e-5)
  }

  @Test(arguments: given + family) func lossAndGradientsEqualTheReference(name: String) throws {
    let example = try Example(name)
    let tape = Tape()
    let pass = ForwardPass(recordingOn: tape, randomness: Randomness(seed: 0))
    let loss = example.prior.loss(of: example.batch, in: pass)
    #expect(error(loss, try scalar(example.expected, "loss")) <= 1e-5)
    tape.backward(from: loss)
    for (parameter, target) in zip(
      example.prior.parameters.trained, example.gradients.parameters.trained)
    {
      // The reference's own expectations are of biases and gains.
      if Self.given.contains(name) && parameter.name.hasSuffix(".weight") { continue }
      let gradient = try #require(parameter.gradient, "\(parameter.name)")
      #expect(gradientError(gradient, target.value) <= 1e-4, "\(parameter.name)")
    }
  }
}
