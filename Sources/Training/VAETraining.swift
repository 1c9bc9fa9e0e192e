import Artifacts
import Communication
import Images
import Models
import NeuralNetworks
import Tensors
import VAE

/// The training of a VAE on a dataset, by one process or several: the baseline of stage one.
///
/// Throws what the dataset throws.
public func vaeTraining(
  _ configuration: TrainedConfiguration<VAEConfiguration>, on dataset: any ImageDataset,
  augmentation: Augmentation? = nil, sharedBy communicator: any Communicator = SoleProcess()
) throws -> TrainingTask {
  let settings = configuration.training
  let model = VAE(
    configuration.model, start: .random(Randomness(seed: settings.seed).stream("weights")))
  let split = try dataset.split(holdOut: settings.heldOut, seed: settings.seed)
  let batches = TrainingBatches(
    split.training, settings, augmentation: augmentation, sharedBy: communicator)
  let batch = settings.validationBatch(upTo: inferenceBatchSize(of: dataset.shape))
  return TrainingTask(
    title: "train-vqvae", parameters: model.parameters, settings: settings,
    sharedBy: communicator, aim: .larger, validationBatch: batch, begin: batches.begin,
    step: { _, pass, randomness in
      let images = try batches.next().tensor(of: dataset.shape)
      let streams = pass.numbers(of: images).map { randomness.stream("images").stream($0) }
      let loss = model.loss(of: images, streams: streams, in: pass)
      return .init(
        loss: loss.total,
        figures: [
          Figure("ELBO", loss.evidenceLowerBound),
          Figure("divergence", Double(loss.divergence.scalar)),
        ])
    },
    validate: { count in
      let images = Subset(of: split.heldOut, at: 0..<count)
      let evidence = try EvidenceFigures(
        of: images, under: model, batchSize: batch, sharedBy: communicator)
      return [
        Figure("held-out ELBO", evidence.lowerBound),
        Figure("held-out divergence", evidence.divergence),
      ]
    },
    sheet: .reconstructions(of: split.heldOut, batchSize: batch, by: model.reconstruct))
}
