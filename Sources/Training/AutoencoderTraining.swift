import Artifacts
import Communication
import Images
import Models
import NeuralNetworks
import Tensors
import VQVAE

/// The training of a plain autoencoder on a dataset, by one process or several: what a VQ-VAE is without
/// quantization.
///
/// Throws what the dataset throws.
public func autoencoderTraining(
  _ configuration: TrainedConfiguration<AutoencoderConfiguration>, on dataset: any ImageDataset,
  augmentation: Augmentation? = nil, sharedBy communicator: any Communicator = SoleProcess()
) throws -> TrainingTask {
  let settings = configuration.training
  let model = Autoencoder(
    configuration.model, start: .random(Randomness(seed: settings.seed).stream("weights")))
  let split = try dataset.split(holdOut: settings.heldOut, seed: settings.seed)
  let batches = TrainingBatches(
    split.training, settings, augmentation: augmentation, sharedBy: communicator)
  let batch = settings.validationBatch(upTo: inferenceBatchSize(of: dataset.shape))
  return TrainingTask(
    title: "train-vqvae", parameters: model.parameters, settings: settings,
    sharedBy: communicator, aim: .smaller, validationBatch: batch, begin: batches.begin,
    step: { _, pass, _ in
      let loss = model.loss(of: try batches.next().tensor(of: dataset.shape), in: pass)
      return .init(loss: loss, figures: [Figure("reconstruction", Double(loss.scalar) / 4)])
    },
    validate: { count in
      let images = Subset(of: split.heldOut, at: 0..<count)
      var error = 0.0
      try forEachBatch(of: images, size: batch, sharedBy: communicator) { batch in
        let mean = model.loss(of: batch.tensor(of: dataset.shape), in: .inference).scalar / 4
        error += Double(mean) * Double(batch.count) / Double(count)
      }
      return [Figure("held-out error", communicator.sums(of: [error])[0])]
    },
    reconstructions: {
      try reconstructionSheet(of: split.heldOut, batchSize: batch) { model.reconstruct($0) }
    })
}
