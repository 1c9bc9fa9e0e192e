import Communication
import Images
import Tensors
import VAE

/// What a VAE makes of the images of a dataset, in nats per image.
public struct EvidenceFigures: Codable, Sendable {
  /// The mean evidence lower bound: at most log p(x), where x are pixels drawn once from each image if
  /// they are Bernoulli, and the density of its pixels if they are Gaussian.
  public var lowerBound: Double
  /// The part of the latents: the mean of D_KL(q(z|x) ‖ p(z)).
  public var divergence: Double

  /// Measures all images of `dataset`, whose shape must be the model's, with one draw of the latents
  /// for each; which one is a function of its number alone. `batchSize` images are taken at a time,
  /// which changes no result; see `inferenceBatchSize`. Several processes may share the work: all get
  /// the result.
  ///
  /// Throws what the dataset throws.
  public init(
    of dataset: any ImageDataset, under model: VAE, batchSize: Int? = nil,
    sharedBy communicator: any Communicator = SoleProcess()
  ) throws {
    var totals = [0.0, 0.0]
    let randomness = Randomness(seed: 0).stream("evidence")
    try forEachBatch(of: dataset, size: batchSize, sharedBy: communicator) { batch in
      let loss = model.loss(
        of: batch.tensor(of: dataset.shape), streams: batch.indices.map { randomness.stream($0) },
        in: .inference)
      let share = Double(batch.count) / Double(dataset.count)
      totals[0] += share * loss.evidenceLowerBound
      totals[1] += share * Double(loss.divergence.scalar)
    }
    totals = communicator.sums(of: totals)
    (lowerBound, divergence) = (totals[0], totals[1])
  }
}
