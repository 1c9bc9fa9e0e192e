import Tensors
import VQVAE

/// A VQ-VAE of the public reference's default shape, for square colour images.
struct VQVAEWorkloads {
  /// The side of the images.
  var size: Int
  /// Images at a time.
  var batch: Int
  /// Codes in each codebook.
  var codes = 512
  /// In which numbers convolutions multiply.
  var arithmetic = Arithmetic.float32

  private var model: VQVAE {
    VQVAE(
      VQVAEConfiguration(
        imageHeight: size, imageWidth: size, imageChannels: 3,
        levels: [
          .init(name: "top", downsampling: 2, codebookSize: codes, codeChannels: 64),
          .init(name: "bottom", downsampling: 4, codebookSize: codes, codeChannels: 64),
        ], channels: 128, residualBlocks: 2, residualChannels: 32, arithmetic: arithmetic),
      start: .random(randomness))
  }

  /// A training step.
  var step: Workload {
    let model = model
    let trainer = Trainer(model.parameters)
    let images = noise([batch, size, size, 3])
    return Workload {
      trainer.step { pass, randomness in
        model.loss(of: images, in: pass, learning: randomness).total
      }
    }
  }

  /// From images to codes.
  var encoding: Workload {
    let model = model
    let images = noise([batch, size, size, 3])
    return Workload { _ = model.encode(images) }
  }
}
