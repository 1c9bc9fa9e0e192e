import Artifacts
import CommandLineTools
import Images
import NeuralNetworks
import Tensors
import VQVAE

/// Trains a VQ-VAE on a dataset and writes it to the run's file; stage one.
///
/// A contact sheet of held-out images above their reconstructions is kept up to date beside it, as
/// `NAME.reconstructions.png`.
/// Throws what `TrainingRun.run` and the dataset throw.
public func trainVQVAE(
  _ run: TrainingRun<VQVAEConfiguration>, on dataset: any ImageDataset
) throws -> TrainingRun<VQVAEConfiguration>.Ending {
  let settings = run.configuration.training
  let sheet = companionPath(of: run.output, "reconstructions.png")
  let model = VQVAE(
    run.configuration.model, start: .random(Randomness(seed: settings.seed).stream("weights")))
  let split = try dataset.split(holdOut: settings.heldOut, seed: settings.seed)
  let batches = TrainingBatches(split.training, settings)
  return try run.run(
    model.parameters, title: "train-vqvae", validationInterval: max(settings.steps / 10, 1),
    begin: batches.begin,
    step: { _, pass, randomness in
      let images = try batches.next().tensor(of: dataset.shape)
      let loss = model.loss(of: images, in: pass, learning: randomness.stream("codebook"))
      return .init(
        loss: loss.total,
        figures: [
          Figure("reconstruction", Double(loss.reconstruction.scalar) / 4),
          Figure("commitment", Double(loss.commitment.scalar)),
        ])
    },
    validate: {
      try writeReconstructions(of: split.heldOut, to: sheet) {
        model.decode(model.encode($0), images: $0.shape[0])
      }
      return try heldOutFigures(of: model, on: split.heldOut)
    })
}

/// The error of reconstructions, and per level the perplexity and the fraction of codes in use.
private func heldOutFigures(
  of model: VQVAE, on dataset: any ImageDataset
) throws -> [Figure] {
  var squaredError = 0.0
  let usage = try reconstruct(dataset, by: model) { batch, output in
    let images = batch.tensor(of: dataset.shape)
    squaredError += Double(output.meanSquaredError(to: images).scalar) / 4 * Double(batch.count)
  }
  return [Figure("held-out error", squaredError / Double(max(dataset.count, 1)))]
    + usage.flatMap { level in
      [
        Figure("perplexity \(level.name)", level.perplexity),
        Figure("usage \(level.name)", Double(level.used) / Double(max(level.codes, 1))),
      ]
    }
}
