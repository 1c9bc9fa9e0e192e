import Artifacts
import CommandLineTools
import Images
import NeuralNetworks
import Tensors
import VQVAE

/// Trains a VQ-VAE on a dataset and writes it to the run's file; stage one.
///
/// A contact sheet of held-out images above their reconstructions is kept up to date at `sheet`.
/// Throws what `TrainingRun.run` and the dataset throw.
public func trainVQVAE(
  _ run: TrainingRun<VQVAEConfiguration>, on dataset: any ImageDataset, sheet: String
) throws -> TrainingRun<VQVAEConfiguration>.Ending {
  let settings = run.configuration.training
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
      try writeReconstructions(of: split.heldOut, by: model, to: sheet)
      return try evaluateVQVAE(model, on: split.heldOut).figures
    })
}

/// What a VQ-VAE makes of a dataset.
public struct VQVAEEvaluation {
  /// Mean squared error of pixels in [0, 1].
  public let reconstructionError: Double
  /// How often each code occurs, per level from the top.
  public let counts: [(level: String, counts: [Int])]

  /// Error, and per level the perplexity and the fraction of codes in use.
  public var figures: [Figure] {
    [Figure("held-out error", reconstructionError)]
      + counts.flatMap { level, counts in
        [
          Figure("perplexity \(level)", perplexity(counts: counts)),
          Figure(
            "usage \(level)", Double(counts.count { $0 > 0 }) / Double(max(counts.count, 1))),
        ]
      }
  }
}

/// Reconstructs a whole dataset; nothing is learned.
public func evaluateVQVAE(_ model: VQVAE, on dataset: any ImageDataset) throws -> VQVAEEvaluation {
  var counts = model.codebooks.map { [Int](repeating: 0, count: $0.size) }
  var squaredError = 0.0
  try forEachBatch(of: dataset, size: 100) { batch in
    let images = batch.tensor(of: dataset.shape)
    let codes = model.encode(images)
    let output = model.decode(codes, images: batch.count)
    squaredError += Double(output.meanSquaredError(to: images).scalar) / 4 * Double(batch.count)
    for (level, codes) in codes.enumerated() {
      for code in codes { counts[level][Int(code)] += 1 }
    }
  }
  return VQVAEEvaluation(
    reconstructionError: squaredError / Double(max(dataset.count, 1)),
    counts: zip(model.configuration.levels, counts).map { ($0.name, $1) })
}

private func writeReconstructions(
  of dataset: any ImageDataset, by model: VQVAE, to path: String
) throws {
  // Only whole rows, so that every reconstruction is below its original.
  let columns = min(12, dataset.count)
  var sheet = ContactSheet(columns: columns, zoom: max(1, 64 / dataset.shape.width))
  for row in 0..<min(3, dataset.count / columns) {
    let originals = try (row * columns..<(row + 1) * columns).map { try dataset.image(at: $0) }
    let tensor = Tensor(imageBytes: originals.flatMap(\.bytes), shape: dataset.shape)
    let output = model.decode(model.encode(tensor), images: originals.count)
    sheet.addGroup(originals + output.images())
  }
  try sheet.write(to: path)
}
