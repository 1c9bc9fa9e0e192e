import Artifacts
import Communication
import Images
import Models
import VQVAE

/// The training of a plain autoencoder on a dataset, by one process or several: what a VQ-VAE is without
/// quantization.
///
/// Throws what the dataset throws.
public func autoencoderTraining(
  _ configuration: TrainedConfiguration<AutoencoderConfiguration>, on dataset: any ImageDataset,
  augmentation: Augmentation? = nil, sharedBy communicator: any Communicator = SoleProcess()
) throws -> TrainingTask {
  let training = try ReconstructionTraining(
    configuration.training, on: dataset, augmentation: augmentation, sharedBy: communicator)
  let model = Autoencoder(configuration.model, start: training.start)
  return training.task(
    training: model.parameters, aim: .smaller,
    step: { images, _, pass, _ in
      let loss = model.loss(of: images, in: pass)
      return .init(loss: loss, figures: [Figure("reconstruction", Double(loss.scalar) / 4)])
    },
    validate: { images, size in
      var error = 0.0
      try forEachBatch(of: images, size: size, sharedBy: communicator) { batch in
        let mean = model.loss(of: batch.tensor(of: dataset.shape), in: .inference).scalar / 4
        error += Double(mean) * Double(batch.count) / Double(images.count)
      }
      return [Figure("held-out error", communicator.sums(of: [error])[0])]
    },
    reconstruct: { model.reconstruct($0) })
}
