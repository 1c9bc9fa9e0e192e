import Images
import Models
import Tensors

/// What a critic learns from: real pictures as a VQ-VAE reconstructs them, and pictures drawn by the priors
/// of its codes, as many of each.
///
/// Both have passed through the decoder, so that the critic learns the mistakes of the priors and not the
/// softness of what is decoded. Half of each is held out.
public struct CriticImages: Sendable {
  /// The images to train on: drawn (label 0) and reconstructed ones (label 1) in turn.
  let training: any ImageDataset
  /// Those to validate with, likewise.
  let heldOut: any ImageDataset
  /// The originals of the reconstructions in `heldOut`, in their order.
  let originals: any ImageDataset

  /// How many images are held out: as many as are trained on, and one less or not.
  public var heldOutCount: Int { heldOut.count }
  /// How many images there are in all.
  public var count: Int { training.count + heldOut.count }

  /// The shape all images have.
  public var shape: ImageShape { training.shape }

  /// The identity of all images; throws what reading them throws.
  public func fingerprint() throws -> String {
    try Images.fingerprint(of: training) + Images.fingerprint(of: heldOut)
  }

  /// The images of a dataset, and what a VQ-VAE makes of codes that were drawn; of the larger set some are
  /// chosen by `seed`. There must be two at least of each.
  ///
  /// - Parameters:
  ///   - drawn: of each level, from the top, the codes of all drawn images: [images · height · width].
  ///   - progress: called with the number of images decoded so far.
  /// - Throws: what the dataset and `progress` throw.
  public init(
    real dataset: any ImageDataset, drawn codes: [[Int32]], by vqvae: LoadedVQVAE, seed: UInt64,
    progress: (Int) throws -> Void = { _ in }
  ) throws {
    let drawnCount = codes[0].count / vqvae.levels[0].codesPerImage
    let pairs = min(dataset.count, drawnCount)
    let realOrder = DataOrder(count: dataset.count, seed: seed, shuffled: true)
    let drawnOrder = DataOrder(count: drawnCount, seed: seed, shuffled: true)
    let real = Subset(of: dataset, at: (0..<pairs).map { realOrder[$0] })
    var images: [Image] = []
    try forEachBatch(of: real) { batch in
      let chosen = images.count / 2..<images.count / 2 + batch.count
      let drawn = zip(codes, vqvae.levels).map { codes, level in
        chosen.flatMap { place in
          let image = drawnOrder[place]
          return codes[image * level.codesPerImage..<(image + 1) * level.codesPerImage]
        }
      }
      let encoded = vqvae.model.encode(batch.tensor(of: real.shape))
      let pictures = vqvae.model.decode(drawn, images: batch.count).images()
      let copies = vqvae.model.decode(encoded, images: batch.count).images()
      images += zip(pictures, copies).flatMap { [$0, $1] }
      try progress(images.count)
    }
    let decoded = LabelledImages(images, shape: real.shape)
    let half = (pairs + 1) / 2
    training = Subset(of: decoded, at: 0..<2 * half)
    heldOut = Subset(of: decoded, at: 2 * half..<2 * pairs)
    originals = Subset(of: real, at: half..<pairs)
  }
}

/// Images in memory, drawn and real in turn.
private struct LabelledImages: ImageDataset {
  private let images: [Image]
  let shape: ImageShape
  let classNames = ["drawn", "real"]

  init(_ images: [Image], shape: ImageShape) {
    self.images = images
    self.shape = shape
  }

  var count: Int { images.count }

  func label(at index: Int) -> Int? { index % 2 }

  func readImage(at index: Int, into buffer: UnsafeMutableBufferPointer<UInt8>) {
    _ = buffer.update(fromContentsOf: images[index].bytes)
  }
}
