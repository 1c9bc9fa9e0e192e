import Images
import Models
import Tensors

/// What a judge makes of the reconstructions of images.
public struct ReconstructionJudgement: Codable, Sendable {
  /// The Fréchet distance of the judge's features of the reconstructions to those of the images: no
  /// sample can be expected to come closer; nil if there are no more images than features.
  public var frechetDistance: Double?
  /// The fraction of images whose reconstruction the judge reads as the class it reads the image as.
  public var readAsOriginal: Estimate?
}

/// Images and their reconstructions as a judge sees them, a batch at a time.
struct JudgedReconstructions {
  private let judge: LoadedClassifier
  private var originals: FeatureMoments?
  private var copies: FeatureMoments?
  private var images = 0
  private var readAlike = 0

  init(by judge: LoadedClassifier) {
    self.judge = judge
  }

  /// Adds images and what became of them, one for each.
  ///
  /// Throws a `FileError` if the judge's features are not finite.
  mutating func add(_ originals: [Image], _ copies: [Image]) throws {
    let expected = try judge.judgement(of: originals)
    let found = try judge.judgement(of: copies)
    images += originals.count
    readAlike += zip(expected.labels, found.labels).count { $0 == $1 }
    Self.add(expected.features, to: &self.originals)
    Self.add(found.features, to: &self.copies)
  }

  private static func add(_ features: Tensor, to moments: inout FeatureMoments?) {
    let more = FeatureMoments(of: features)
    if moments?.add(more) == nil { moments = more }
  }

  /// What the judge makes of all of them.
  var judgement: ReconstructionJudgement {
    ReconstructionJudgement(
      frechetDistance: originals.flatMap { originals in
        copies.flatMap { FrechetDistance(from: originals)?(to: $0) }
      }, readAsOriginal: Estimate(part: readAlike, of: images))
  }
}
