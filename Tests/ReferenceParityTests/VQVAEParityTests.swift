import Artifacts
import Images
import NeuralNetworks
import ReferenceImport
import Tensors
import Testing
import VQVAE

/// Stage one against the reference's tensors.
@Suite struct VQVAEParityTests {
  /// A model and the images it is tried on, which say their size.
  private func model(_ name: String) throws -> (VQVAE, images: Tensor, expected: SafetensorsFile) {
    let expected = try fixture("\(name)-expected")
    let images = try nhwc(expected, "input")
    let size = ImageSize(height: images.shape[1], width: images.shape[2])
    return (try importVQVAE(try fixture(name), imageSize: size), images, expected)
  }

  /// Encoder strides of 4 and 2, without residual blocks and with up to 3, grey and colour, images
  /// that are not square, odd numbers of channels.
  @Test(arguments: ["vqvae-small", "vqvae-grey", "vqvae-shallow"])
  func evaluationEqualsTheReference(name: String) throws {
    let (model, images, expected) = try model(name)
    let codes = model.encode(images)
    #expect(codes[0] == (try expected.readInt32("top_codes")))
    #expect(codes[1] == (try expected.readInt32("bottom_codes")))
    let reconstruction = try nhwc(expected, "reconstruction")
    #expect(error(model.decode(codes, images: images.shape[0]), reconstruction) <= 1e-5)
    let loss = model.loss(of: images, in: .inference)
    #expect(error(loss.output, reconstruction) <= 1e-5)
    #expect(error(loss.commitment, try scalar(expected, "latent_loss")) <= 1e-5)
  }

  @Test(arguments: ["vqvae-grey", "vqvae-shallow"])
  func gradientsEqualTheReference(name: String) throws {
    let (model, images, expected) = try model(name)
    let tape = Tape()
    let loss = model.loss(
      of: images, in: ForwardPass(recordingOn: tape, randomness: Randomness(seed: 0)))
    #expect(error(loss.total, try scalar(expected, "loss")) <= 1e-5)
    tape.backward(from: loss.total)
    try expectGradients(of: model, in: expected, fixture: name)
  }

  @Test func trainingEqualsTheReference() throws {
    let (model, images, expected) = try model("vqvae-small")
    for (level, name) in ["top_quantized", "bottom_quantized"].enumerated() {
      let map = model.configuration.mapSize(ofLevel: level)
      let vectors = model.codebooks[level].vectors(
        of: model.encode(images)[level], images: 2, height: map.height, width: map.width)
      #expect(error(vectors, try nhwc(expected, name)) <= 1e-5)
    }
    let tape = Tape()
    let pass = ForwardPass(recordingOn: tape, randomness: Randomness(seed: 0))
    let loss = model.loss(of: images, in: pass, learning: Randomness(seed: 0))
    for (value, name) in [
      (loss.reconstruction, "train_reconstruction_loss"), (loss.commitment, "train_latent_loss"),
      (loss.total, "train_loss"),
    ] {
      #expect(error(value, try scalar(expected, name)) <= 1e-5)
    }
    tape.backward(from: loss.total)
    try expectGradients(of: model, in: expected, fixture: "vqvae-small")
    for (level, name) in ["quantize_t", "quantize_b"].enumerated() {
      let embed = try expected.readFloats("after_ema.\(name).embed")
      let entries = model.codebooks[level].entries.value
      let transposed = Tensor(embed, shape: [entries.shape[1], entries.shape[0]]).transposed()
      #expect(error(entries, transposed) <= 1e-5)
    }
  }

  private func expectGradients(
    of model: VQVAE, in expected: SafetensorsFile, fixture: String
  ) throws {
    let configuration = model.configuration
    let targets = try importVQVAE(
      gradients(expected, of: fixture),
      imageSize: ImageSize(height: configuration.imageHeight, width: configuration.imageWidth))
    for (parameter, target) in zip(model.parameters.trained, targets.parameters.trained) {
      let gradient = try #require(parameter.gradient, "\(parameter.name)")
      #expect(gradientError(gradient, target.value) <= 1e-4, "\(parameter.name)")
    }
  }
}
