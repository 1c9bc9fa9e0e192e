import Images
import PixelCNN
import Tensors
import VQVAE

extension TrainingTask.Sheet {
  /// What a prior draws as it learns, an image for each of a batch: of the top level, of one class after
  /// another; of another level, for the codes that the batch has above it.
  ///
  /// The levels below the prior's are hidden from the decoder.
  static func samples(
    of prior: Prior, like batch: Prior.Batch, by vqvae: VQVAE, seed: UInt64
  ) -> Self {
    let configuration = prior.configuration
    let count = batch.codes.count / configuration.level.codesPerImage
    let isTop = configuration.conditions.isEmpty
    let classes = configuration.classCount
    let labels =
      classes == 0 ? nil : isTop ? (0..<count).map { Int32($0 % classes) } : batch.labels
    let randomness = Randomness(seed: seed).stream("sample sheet")
    return Self(
      name: "samples",
      caption: (isTop ? "Drawn by this prior" : "Drawn by this prior for held-out codes above it")
        + (configuration.conditions.count + 1 < vqvae.codebooks.count
          ? ", decoded without the levels below." : ".")
    ) {
      let codes = PriorSampler(prior).sample(
        (0..<count).map(randomness.stream), labels: labels, conditions: batch.conditions)
      let images = vqvae.decode(batch.conditions + [codes], images: count).images()
      var sheet = ContactSheet(
        columns: min(8, max(1, 1024 / images[0].width)), zoom: max(1, 64 / images[0].width))
      sheet.addGroup(images)
      return sheet.render()
    }
  }
}
