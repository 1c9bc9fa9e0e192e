import Models
import Tensors

/// Draws images from a VAE: z ~ N(0, I), decoded. They have no classes, and nothing scores them.
public struct GaussianGenerator: ImageGenerator {
  private let model: LoadedVAE
  private let randomness: Randomness

  /// A generator whose candidate k is a function of the model and `seed` alone.
  public init(_ model: LoadedVAE, seed: UInt64) {
    self.model = model
    randomness = Randomness(seed: seed).stream("samples")
  }

  /// The candidates with the given numbers. There is nothing to be done for them: the latents of each
  /// follow from its number.
  public func draw(
    _ wanted: [(label: Int32, number: Int)], progress: (Int) throws -> Void = { _ in }
  ) throws -> [Candidate] {
    try progress(wanted.count)
    return wanted.map { Candidate(label: $0.label, number: $0.number, codes: []) }
  }

  /// The images of candidates: [images, height, width, channels] in about [-1, 1].
  public func decode(_ candidates: [Candidate]) -> Tensor {
    model.model.decode(
      model.model.drawLatents(candidates.map { randomness.stream($0.number) }))
  }
}
