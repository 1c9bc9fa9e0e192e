import Tensors

/// A figure of a sample of images, and how far off it may be.
public struct Estimate: Codable, Hashable, Sendable {
  /// The figure of all images.
  public var value: Double
  /// The lower end of its 95 % confidence interval; nil if there were too few images to find one.
  public var lower: Double?
  /// The upper end of its 95 % confidence interval; nil if there were too few images to find one.
  public var upper: Double?

  /// A figure and its interval, if one is known.
  public init(value: Double, lower: Double? = nil, upper: Double? = nil) {
    self.value = value
    self.lower = lower
    self.upper = upper
  }

  /// The fraction `part` of `whole` with Wilson's score interval, which has an extent even where all or
  /// none of a few images count; nil of no images.
  public init?(part: Int, of whole: Int) {
    guard whole > 0 else { return nil }
    let (count, fraction) = (Double(whole), Double(part) / Double(whole))
    let square = 1.96 * 1.96 / count
    let center = (fraction + square / 2) / (1 + square)
    let reach =
      (fraction * (1 - fraction) * square + square * square / 4).squareRoot() / (1 + square)
    self.init(
      value: fraction, lower: max(min(center - reach, fraction), 0),
      upper: min(max(center + reach, fraction), 1))
  }

  /// The figure of all images and the same figure of half samples, nil where they had none.
  ///
  /// The deviation of half samples drawn without replacement is that of the whole about the truth, so
  /// the interval is 1.96 deviations to either side, within `limits`. There is none unless nearly all
  /// half samples have the figure.
  init(value: Double, halfSamples: [Double?], limits: ClosedRange<Double>) {
    self.init(value: value)
    let values = halfSamples.compactMap { $0 }
    guard values.count > 1, values.count * 10 >= halfSamples.count * 9 else { return }
    let mean = values.reduce(0, +) / Double(values.count)
    let variance =
      values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    let reach = 1.96 * variance.squareRoot()
    lower = max(value - reach, limits.lowerBound)
    upper = min(value + reach, limits.upperBound)
  }
}

/// Random halves of a set, the bootstrap for figures that hang on neighbours.
///
/// Drawing with replacement would put copies at distance zero and shrink every neighbourhood; a half
/// drawn without replacement has none, and its figures scatter about those of the whole as far as
/// those of the whole scatter about the truth.
struct HalfSamples {
  /// How many halves are drawn.
  let count: Int
  private let randomness: Randomness

  init(count: Int, randomness: Randomness) {
    self.count = count
    self.randomness = randomness
  }

  /// Half number `index` of `0..<size`, in ascending order. Different `purpose`s are independent.
  func half(_ index: Int, of size: Int, for purpose: String) -> [Int] {
    let keys = randomness.stream(purpose).stream(index).uniforms(size, in: 0...1)
    return (0..<size).sorted { (keys[$0], $0) < (keys[$1], $1) }.prefix(size / 2).sorted()
  }
}
