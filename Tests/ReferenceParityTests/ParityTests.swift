import Artifacts
import Foundation
import Images
import NeuralNetworks
import PixelCNN
import ReferenceImport
import Tensors
import Testing
import VQVAE

private func fixture(_ name: String) throws -> SafetensorsFile {
  let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
  return try SafetensorsFile(path: folder.appendingPathComponent(name + ".safetensors").path)
}

/// A tensor of the reference, [images, channels, height, width], in our order.
private func nhwc(_ file: SafetensorsFile, _ name: String) throws -> Tensor {
  let shape = try #require(file.description(of: name)).shape
  let source = try file.readFloats(name)
  let (channels, height, width) = (shape[1], shape[2], shape[3])
  var elements: [Float] = []
  for n in 0..<shape[0] {
    for pixel in 0..<height * width {
      elements += (0..<channels).map { source[(n * channels + $0) * height * width + pixel] }
    }
  }
  return Tensor(elements, shape: [shape[0], height, width, channels])
}

/// The largest difference, relative to the largest expected magnitude.
private func error(_ actual: Tensor, _ expected: Tensor) -> Float {
  guard actual.count == expected.count else { return .infinity }
  let scale = expected.elements.map(abs).max() ?? 0
  let difference = zip(actual.elements, expected.elements).map { abs($0 - $1) }.max() ?? 0
  return difference / max(scale, .leastNormalMagnitude)
}

@Suite struct VQVAEParityTests {
  private func model() throws -> VQVAE {
    try importVQVAE(try fixture("vqvae-small"), imageSize: ImageSize(square: 32))
  }

  @Test func evaluationEqualsTheReference() throws {
    let model = try model()
    let expected = try fixture("vqvae-small-expected")
    let images = try nhwc(expected, "input")
    let codes = model.encode(images)
    #expect(codes[0] == (try expected.readInt32("top_codes")))
    #expect(codes[1] == (try expected.readInt32("bottom_codes")))
    for (level, name) in ["top_quantized", "bottom_quantized"].enumerated() {
      let map = model.configuration.mapSize(ofLevel: level)
      let vectors = model.codebooks[level].vectors(
        of: codes[level], images: 2, height: map.height, width: map.width)
      #expect(error(vectors, try nhwc(expected, name)) <= 1e-5)
    }
    let loss = model.loss(of: images, in: .inference)
    #expect(error(loss.output, try nhwc(expected, "reconstruction")) <= 1e-5)
    let latent = try expected.readFloats("latent_loss")[0]
    #expect(abs(loss.commitment.scalar - latent) <= 1e-5 * latent)
  }

  @Test func trainingEqualsTheReference() throws {
    let model = try model()
    let expected = try fixture("vqvae-small-expected")
    let tape = Tape()
    let pass = ForwardPass(recordingOn: tape, randomness: Randomness(seed: 0))
    let loss = model.loss(
      of: try nhwc(expected, "input"), in: pass, learning: Randomness(seed: 0))
    for (value, name) in [
      (loss.reconstruction, "train_reconstruction_loss"), (loss.commitment, "train_latent_loss"),
      (loss.total, "train_loss"),
    ] {
      let target = try expected.readFloats(name)[0]
      #expect(abs(value.scalar - target) <= 1e-5 * target)
    }
    tape.backward(from: loss.total)
    // The reference's gradients, read as if they were its weights, take our layout.
    let gradients = try importVQVAE(
      try gradientFile(expected, like: try fixture("vqvae-small")),
      imageSize: ImageSize(square: 32))
    for (parameter, target) in zip(model.parameters.trained, gradients.parameters.trained) {
      let gradient = try #require(parameter.gradient, "\(parameter.name)")
      #expect(error(gradient, target.value) <= 1e-4, "\(parameter.name)")
    }
    for (level, name) in ["quantize_t", "quantize_b"].enumerated() {
      let embed = try expected.readFloats("after_ema.\(name).embed")
      let entries = model.codebooks[level].entries.value
      let transposed = Tensor(embed, shape: [entries.shape[1], entries.shape[0]]).transposed()
      #expect(error(entries, transposed) <= 1e-5)
    }
  }
}

@Suite struct PriorParityTests {
  private static let top = CodeLevel(name: "top", height: 8, width: 8, codebookSize: 16)
  private static let bottom = CodeLevel(name: "bottom", height: 16, width: 16, codebookSize: 16)

  private func prior(_ name: String, from file: SafetensorsFile) throws -> Prior {
    try importPrior(
      file, level: name == "top" ? Self.top : Self.bottom,
      condition: name == "top" ? nil : Self.top, attentionHeads: 8, dropout: 0)
  }

  private func batch(_ name: String, _ expected: SafetensorsFile) throws -> Prior.Batch {
    Prior.Batch(
      codes: try expected.readInt32("codes"),
      conditions: name == "top" ? [] : [try expected.readInt32("top_codes")])
  }

  /// The expected logits are the reference's network in evaluation mode, computed in double precision.
  @Test(arguments: ["top", "bottom"]) func logitsEqualTheReference(name: String) throws {
    let prior = try prior(name, from: try fixture("prior-\(name)-small"))
    let batch = try batch(name, try fixture("prior-\(name)-small-expected"))
    let expected = try nhwc(try fixture("prior-\(name)-small-evaluation"), "logits")
    #expect(error(prior.logits(of: batch, in: .inference), expected) <= 1e-5)
    #expect(error(PriorSampler(prior).logits(of: batch), expected) <= 1e-5)
  }
}

/// A file shaped like `weights` whose tensors are the gradients in `expected`, zero where it has none.
private func gradientFile(_ expected: SafetensorsFile, like weights: SafetensorsFile) throws
  -> SafetensorsFile
{
  let path = FileManager.default.temporaryDirectory
    .appendingPathComponent("gradients-\(UUID().uuidString).safetensors").path
  defer { try? FileManager.default.removeItem(atPath: path) }
  let tensors = try weights.names.map { name -> StoredTensor in
    let shape = try #require(weights.description(of: name)).shape
    let known = expected.names.contains("grad." + name)
    let values =
      known
      ? try expected.readFloats("grad." + name)
      : [Float](repeating: 0, count: shape.reduce(1, *))
    return StoredTensor(name, shape: shape, .floats(values))
  }
  let writer = try SafetensorsWriter(
    path: path, tensors: tensors.map(\.description), metadata: [:])
  for tensor in tensors { try writer.append(tensor.values, to: tensor.name) }
  try writer.finish()
  return try SafetensorsFile(path: path)
}
