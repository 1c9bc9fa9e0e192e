import Classifiers
import Communication
import Images
import Models
import Tensors

/// What a critic is worth on images that it has not seen.
struct CriticFigures {
  /// The fraction of drawn and real images that it tells apart, at a probability of a half.
  let accuracy: Double
  /// How far its probabilities are from how often they are right: the mean distance over ten bins of
  /// probability, by how many images are in each (arXiv 1706.04599).
  let calibrationError: Double
  /// The largest fraction that any probability could tell apart of originals and their reconstructions,
  /// 0.5 to 1: how much of what it knows is not of the priors but of the decoder.
  let softnessAccuracy: Double

  /// Measures a critic on the first `count` of the held-out images; several processes may share the work,
  /// and all get the result.
  ///
  /// Throws what the images throw.
  init(
    of critic: Classifier, on images: CriticImages, first count: Int, batchSize: Int,
    sharedBy communicator: any Communicator
  ) throws {
    let pairs = max(count / 2, 1)
    func realness(of dataset: any ImageDataset, _ count: Int) throws -> [Double] {
      var values = [Double](repeating: 0, count: count)
      let some = Subset(of: dataset, at: 0..<count)
      try forEachBatch(of: some, size: batchSize, sharedBy: communicator) { batch in
        let probabilities = critic.probabilities(of: batch.tensor(of: dataset.shape))
        for (row, index) in batch.indices.enumerated() {
          values[index] = Double(probabilities.buffer[2 * row + 1])
        }
      }
      return communicator.sums(of: values)
    }
    let decoded = try realness(of: images.heldOut, 2 * pairs)
    let drawn = (0..<pairs).map { decoded[2 * $0] }
    let real = (0..<pairs).map { decoded[2 * $0 + 1] }
    let originals = try realness(of: images.originals, pairs)
    let right = drawn.count { $0 < 0.5 } + real.count { $0 >= 0.5 }
    accuracy = Double(right) / Double(2 * pairs)
    calibrationError = Self.calibrationError(drawn: drawn, real: real)
    softnessAccuracy = Self.bestAccuracy(telling: originals, from: real)
  }

  private static func calibrationError(drawn: [Double], real: [Double]) -> Double {
    var bins = [(count: Int, probability: Double, real: Int)](repeating: (0, 0, 0), count: 10)
    func add(_ probability: Double, isReal: Bool) {
      let bin = min(Int(probability * 10), 9)
      bins[bin].count += 1
      bins[bin].probability += probability
      bins[bin].real += isReal ? 1 : 0
    }
    for probability in drawn { add(probability, isReal: false) }
    for probability in real { add(probability, isReal: true) }
    return bins.reduce(0) { $0 + abs($1.probability - Double($1.real)) }
      / Double(max(drawn.count + real.count, 1))
  }

  /// The best over all thresholds, whichever side of one is which.
  private static func bestAccuracy(telling left: [Double], from right: [Double]) -> Double {
    let sorted = (left.map { ($0, true) } + right.map { ($0, false) }).sorted { $0.0 < $1.0 }
    var (lead, best) = (0, 0)
    for (index, (value, isLeft)) in sorted.enumerated() {
      lead += isLeft ? 1 : -1
      // Equal probabilities are on the same side.
      if index + 1 == sorted.count || sorted[index + 1].0 > value { best = max(best, abs(lead)) }
    }
    return 0.5 + Double(best) / Double(2 * max(left.count, 1))
  }
}
