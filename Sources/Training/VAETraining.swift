import Artifacts
import Communication
import Images
import Models
import VAE

/// The training of a VAE on a dataset, by one process or several: the baseline of stage one.
///
/// Throws what the dataset throws.
public func vaeTraining(
  _ configuration: TrainedConfiguration<VAEConfiguration>, on dataset: any ImageDataset,
  augmentation: Augmentation? = nil, sharedBy communicator: any Communicator = SoleProcess()
) throws -> TrainingTask {
  let training = try ReconstructionTraining(
    configuration.training, on: dataset, augmentation: augmentation, sharedBy: communicator)
  let model = VAE(configuration.model, start: training.start)
  return training.task(
    training: model.parameters, aim: .larger,
    step: { images, _, pass, randomness in
      let streams = pass.numbers(of: images).map { randomness.stream("images").stream($0) }
      let loss = model.loss(of: images, streams: streams, in: pass)
      return .init(
        loss: loss.total,
        figures: [
          Figure("ELBO", loss.evidenceLowerBound),
          Figure("divergence", Double(loss.divergence.scalar)),
        ])
    },
    validate: { images, batch in
      let evidence = try EvidenceFigures(
        of: images, under: model, batchSize: batch, sharedBy: communicator)
      return [
        Figure("held-out ELBO", evidence.lowerBound),
        Figure("held-out divergence", evidence.divergence),
      ]
    },
    reconstruct: model.reconstruct)
}
