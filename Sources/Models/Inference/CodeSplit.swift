import Artifacts
import Images

/// Which images of a code file a prior is trained on, in what order, and which it is validated with.
///
/// Pictures are held out with all their altered copies: who knows a copy has seen the picture.
public struct CodeSplit: Sendable {
  /// The held-out pictures, unaltered, by the numbers of their images.
  public let heldOut: [Int]
  /// A permutation of the pictures: those at its end are held out.
  private let pictures: DataOrder
  /// The order of the other pictures' images, of each epoch anew.
  private let epochs: DataOrder
  private let imagesPerPicture: Int

  /// Holds out `heldOut` pictures, fewer than there are in `codes`, drawn at random by `seed`.
  public init(of codes: CodeFile, holdOut heldOut: Int, seed: UInt64) {
    let trained = codes.pictureCount - heldOut
    let imagesPerPicture = codes.layout.imagesPerPicture
    let pictures = DataOrder(count: codes.pictureCount, seed: seed, shuffled: true)
    self.heldOut = (trained..<codes.pictureCount).map { pictures[$0] * imagesPerPicture }
    self.pictures = pictures
    self.imagesPerPicture = imagesPerPicture
    epochs = DataOrder(count: trained * imagesPerPicture, seed: seed, shuffled: true)
  }

  /// The number of the image that training meets at a position, counted from 0 across epochs.
  public func trainingImage(at position: Int) -> Int {
    let (picture, copy) = epochs[position].quotientAndRemainder(dividingBy: imagesPerPicture)
    return pictures[picture] * imagesPerPicture + copy
  }
}
