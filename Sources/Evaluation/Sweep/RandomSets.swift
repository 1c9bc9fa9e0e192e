import Tensors

/// As many of some judged images, at random, as there are others: what turning away is compared with.
///
/// Sets are nested, and what one is worth is found out once, however many sweeps ask.
public final class RandomSets {
  private let images: JudgedSamples
  private let real: ComparedImages
  /// The images in the order in which larger sets take them in.
  private let order: [Int]
  private var known: [Int: QualityFigures] = [:]

  /// What the images stand for.
  public enum Purpose: String, Sendable {
    /// Candidates of which none is turned away.
    case unfiltered
    /// Real images, which show what can be had.
    case training
  }

  /// Sets of `images`, which are compared with `real` ones.
  public init(of images: JudgedSamples, among real: ComparedImages, _ purpose: Purpose) {
    self.images = images
    self.real = real
    order = real.randomness.stream(purpose.rawValue).order(of: images.count)
  }

  /// What sets of the given sizes are worth; without figures where there are not as many images.
  func quality(ofSizes sizes: [Int]) -> [QualityFigures] {
    let missing = Set(sizes).filter { known[$0] == nil && $0 <= images.count }.sorted(by: >)
    for start in stride(from: 0, to: missing.count, by: 64) {
      let sizes = Array(missing[start..<min(start + 64, missing.count)])
      var levels = [Int](repeating: 0, count: images.count)
      for (rank, member) in order.enumerated() { levels[member] = sizes.count { rank < $0 } }
      let sets = NestedSets(levels: levels, count: sizes.count)
      for (size, figures) in zip(sizes, real.quality(of: [sets], in: images)[0]) {
        known[size] = figures
      }
    }
    return sizes.map { known[$0] ?? QualityFigures() }
  }
}

extension Randomness {
  /// The numbers `0..<count` in random order.
  func order(of count: Int) -> [Int] {
    let keys = uniforms(count, in: 0...1)
    return (0..<count).sorted { (keys[$0], $0) < (keys[$1], $1) }
  }
}
