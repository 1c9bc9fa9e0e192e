import Artifacts
import CommandLineTools
import Images
import NeuralNetworks
import Tensors
import VAE

/// Trains a VAE on a dataset and writes it to the run's file: the baseline of stage one.
///
/// A contact sheet of held-out images above their reconstructions is kept up to date beside it, as
/// `NAME.reconstructions.png`.
/// Throws what `TrainingRun.run` and the dataset throw.
public func trainVAE(
  _ run: TrainingRun<VAEConfiguration>, on dataset: any ImageDataset
) throws -> TrainingRun<VAEConfiguration>.Ending {
  let settings = run.configuration.training
  let sheet = companionPath(of: run.output, "reconstructions.png")
  let model = VAE(
    run.configuration.model, start: .random(Randomness(seed: settings.seed).stream("weights")))
  let split = try dataset.split(holdOut: settings.heldOut, seed: settings.seed)
  let batches = TrainingBatches(split.training, settings)
  return try run.run(
    model.parameters, title: "train-vqvae", validationInterval: max(settings.steps / 10, 1),
    begin: batches.begin,
    step: { _, pass, randomness in
      let images = try batches.next().tensor(of: dataset.shape)
      let streams = (0..<images.shape[0]).map { randomness.stream("images").stream($0) }
      let loss = model.loss(of: images, streams: streams, in: pass)
      return .init(
        loss: loss.total,
        figures: [
          Figure("ELBO", loss.evidenceLowerBound),
          Figure("divergence", Double(loss.divergence.scalar)),
        ])
    },
    validate: {
      try writeReconstructions(of: split.heldOut, to: sheet, by: model.reconstruct)
      let evidence = try EvidenceFigures(of: split.heldOut, under: model)
      return [
        Figure("held-out ELBO", evidence.lowerBound),
        Figure("held-out divergence", evidence.divergence),
      ]
    })
}

/// What a VAE makes of the images of a dataset, in nats per image.
public struct EvidenceFigures: Codable, Sendable {
  /// The mean evidence lower bound: at most log p(x), where x are pixels drawn once from each image if
  /// they are Bernoulli, and the density of its pixels if they are Gaussian.
  public var lowerBound: Double
  /// The part of the latents: the mean of D_KL(q(z|x) ‖ p(z)).
  public var divergence: Double

  /// Measures all images of `dataset`, whose shape must be the model's, with one draw of the latents
  /// for each; which one is a function of its number alone.
  ///
  /// Throws what the dataset throws.
  public init(of dataset: any ImageDataset, under model: VAE) throws {
    (lowerBound, divergence) = (0, 0)
    let randomness = Randomness(seed: 0).stream("evidence")
    try forEachBatch(of: dataset, size: 100) { batch in
      let loss = model.loss(
        of: batch.tensor(of: dataset.shape), streams: batch.indices.map { randomness.stream($0) },
        in: .inference)
      let share = Double(batch.count) / Double(dataset.count)
      lowerBound += share * loss.evidenceLowerBound
      divergence += share * Double(loss.divergence.scalar)
    }
  }
}
