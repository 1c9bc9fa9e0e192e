import Artifacts
import Classifiers
import Communication
import Images
import Models
import NeuralNetworks
import Tensors
import VQVAE

/// The training of a VQ-VAE on a dataset, by one process or several; stage one.
///
/// Throws what the dataset throws.
///
/// - Parameter features: what the configuration's feature weight is for.
public func vqvaeTraining(
  _ configuration: TrainedConfiguration<VQVAEConfiguration>, on dataset: any ImageDataset,
  features: Classifier? = nil, augmentation: Augmentation? = nil,
  sharedBy communicator: any Communicator = SoleProcess()
) throws -> TrainingTask {
  let settings = configuration.training
  let training = try ReconstructionTraining(
    settings, on: dataset, augmentation: augmentation, sharedBy: communicator)
  let model = VQVAE(configuration.model, start: training.start)
  let objectives = AddedObjectives(
    configuration.model, features: features, settings: settings, start: training.start)
  return training.task(
    training: model.parameters, against: objectives.opponent,
    aim: objectives.areNone ? .smaller : nil,
    step: { images, part, pass, randomness in
      let loss = model.loss(of: images, in: pass, learning: randomness.stream("codebook"))
      var step = TrainingTask.Step(
        loss: loss.total,
        figures: [
          Figure("reconstruction", Double(loss.reconstruction.scalar) / 4),
          Figure("commitment", Double(loss.commitment.scalar)),
        ])
      objectives.add(
        to: &step, number: part / settings.parts, images: images, loss: loss, of: model, in: pass)
      return step
    },
    validate: { images, batch in
      try heldOutFigures(of: model, on: images, batchSize: batch, sharedBy: communicator)
    },
    reconstruct: { model.decode(model.encode($0), images: $0.shape[0]) })
}

/// The error of reconstructions, and per level the perplexity and the fraction of codes in use.
private func heldOutFigures(
  of model: VQVAE, on dataset: any ImageDataset, batchSize: Int,
  sharedBy communicator: any Communicator
) throws -> [Figure] {
  var squaredError = 0.0
  let usage = try reconstruct(
    dataset, by: model, batchSize: batchSize, sharedBy: communicator
  ) { batch, output in
    let images = batch.tensor(of: dataset.shape)
    for (value, target) in zip(output.buffer, images.buffer) {
      let difference = Double(value - target)
      squaredError += difference * difference / 4
    }
  }
  squaredError = communicator.sums(of: [squaredError])[0]
  let pixels = dataset.count * dataset.shape.byteCount
  return [Figure("held-out error", squaredError / Double(max(pixels, 1)))]
    + usage.flatMap { level in
      [
        Figure("perplexity \(level.name)", level.perplexity),
        Figure("usage \(level.name)", Double(level.used) / Double(max(level.codes, 1))),
      ]
    }
}
