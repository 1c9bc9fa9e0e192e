import Foundation
import NeuralNetworks
import Tensors

/// The quantizer of one level: a table of vectors, and how it learns.
///
/// q(z) = e_k with k = argminⱼ ‖z − eⱼ‖ (1711.00937, equation 2). The gradient of q passes straight
/// through to z.
public struct Codebook {
  /// The entries e: [codes, channels].
  public let entries: Parameter
  /// N, the moving count of vectors per batch assigned to each code: [codes].
  let counts: Parameter
  /// m, the moving sum of those vectors: [codes, channels]. Only with moving averages.
  let sums: Parameter?
  /// How many batches the codebook has learned from; its entries lie on data once it is positive: [1].
  let updates: Parameter
  private let configuration: VQVAEConfiguration

  /// Smooths the counts so that no entry divides by zero, as 1711.00937 does.
  private static let epsilon: Float = 1e-5

  init(_ scope: ParameterScope, level: VQVAEConfiguration.Level, configuration: VQVAEConfiguration)
  {
    let shape = [level.codebookSize, level.codeChannels]
    switch configuration.codebookLearning {
    case .movingAverage:
      entries = scope.statistic("entries", shape: shape, initializer: .normal(deviation: 1))
      sums = scope.statistic("sums", shape: shape, initializer: .constant(0))
    case .codebookLoss:
      entries = scope.parameter("entries", shape: shape, initializer: .normal(deviation: 1))
      sums = nil
    }
    counts = scope.statistic(
      "counts", shape: [level.codebookSize], initializer: .constant(0))
    updates = scope.statistic("updates", shape: [1], initializer: .constant(0))
    self.configuration = configuration
  }

  /// How many codes there are.
  public var size: Int { entries.value.shape[0] }

  /// The nearest code to each vector of z [images, height, width, channels]: [images · height · width].
  public func codes(of z: Tensor) -> [Int32] {
    nearestNeighbors(of: z, in: entries.value)
  }

  /// The entries of codes: [images, height, width, channels].
  public func vectors(of codes: [Int32], images: Int, height: Int, width: Int) -> Tensor {
    entries.value.lookingUp(codes).reshaped(
      to: [images, height, width, entries.value.channels])
  }

  /// The quantized vectors, whose gradient is z's (straight through), and the level's part of the loss:
  /// β ‖z − sg[e]‖², and with the codebook loss ‖sg[z] − e‖² besides; means over all elements.
  func quantize(_ z: Tensor, in pass: ForwardPass) -> (
    quantized: Tensor, codes: [Int32], commitment: Tensor, codebookLoss: Tensor?
  ) {
    let codes = codes(of: z)
    let chosen = entries.value.lookingUp(codes).reshaped(to: z.shape)
    let commitment = z.meanSquaredError(to: chosen)
    var codebookLoss: Tensor?
    if configuration.codebookLearning == .codebookLoss {
      codebookLoss = pass(entries).lookingUp(codes).meanSquaredError(to: z.detached)
    }
    return (z.replacingValues(by: chosen), codes, commitment, codebookLoss)
  }

  /// Puts the entries on vectors of z, once: a codebook that starts away from the data may never be
  /// reached by it.
  ///
  /// Each entry goes to a vector chosen with probability proportional to its squared distance from the
  /// entries before it (k-means++): chosen evenly, most would share the background of the images.
  func seedIfNeeded(from z: Tensor, randomness: Randomness) {
    guard updates.value.scalar == 0 else { return }
    var distances = [Float](repeating: 1, count: z.rows)
    for code in 0..<size {
      let row = DistanceWeightedChoice(distances).row(at: randomness.uniform(at: code))
      move(code, to: z, row: row, count: 1)
      let latest = entries.value.rowSlice(code..<code + 1)
      for (row, distance) in z.squaredDistances(to: latest, rows: nil).enumerated() {
        distances[row] = min(code == 0 ? .infinity : distances[row], distance)
      }
    }
  }

  /// Learns from one batch: moving averages (1711.00937, appendix A.1), and the revival of dead codes.
  func update(with z: Tensor, codes: [Int32], randomness: Randomness) {
    // Early on the encoder moves fast, and an average with a long memory would trail behind it until
    // one entry is nearest to everything: average over about what has been seen.
    let seen = updates.value.scalar
    updates.value = Tensor(repeating: seen + 1, shape: [1])
    let decay = min(configuration.codebookDecay, (1 + seen) / (10 + seen))
    let channels = z.channels
    var batchCounts = Tensor(zeros: [size])
    var batchSums = Tensor(zeros: [size, channels])
    batchCounts.withMutableElements { counts in
      batchSums.withMutableElements { sums in
        for (row, code) in codes.enumerated() {
          counts[Int(code)] += 1
          for c in 0..<channels { sums[Int(code) * channels + c] += z.buffer[row * channels + c] }
        }
      }
    }
    counts.value.scale(by: decay)
    counts.value.add(batchCounts, scale: 1 - decay)
    if let sums {
      sums.value.scale(by: decay)
      sums.value.add(batchSums, scale: 1 - decay)
      recomputeEntries(from: sums)
    }
    revive(from: z, codes: codes, randomness: randomness)
  }

  /// Moves codes that are hardly used to vectors that are badly served: chosen with probability
  /// proportional to their squared distance from the entry they got.
  private func revive(from z: Tensor, codes: [Int32], randomness: Randomness) {
    let dead = (0..<size).filter { counts.value.buffer[$0] < configuration.revivalThreshold }
    guard !dead.isEmpty else { return }
    let choice = DistanceWeightedChoice(z.squaredDistances(to: entries.value, rows: codes))
    // Twice the threshold: as many batches to prove itself as it takes to halve.
    let count = 2 * configuration.revivalThreshold
    for code in dead {
      move(code, to: z, row: choice.row(at: randomness.uniform(at: code)), count: count)
    }
  }

  /// e = m / N, with N smoothed.
  private func recomputeEntries(from sums: Parameter) {
    let total = counts.value.buffer.reduce(0, +)
    let (size, channels) = (size, sums.value.channels)
    let epsilon = Codebook.epsilon
    entries.value.withMutableElements { entries in
      for code in 0..<size {
        let count = counts.value.buffer[code]
        let smoothed = (count + epsilon) / (total + Float(size) * epsilon) * total
        for c in 0..<channels {
          entries[code * channels + c] = sums.value.buffer[code * channels + c] / smoothed
        }
      }
    }
  }

  /// Puts an entry on a row of z as if `count` such vectors per batch had been assigned to it.
  private func move(_ code: Int, to z: Tensor, row: Int, count: Float) {
    let channels = z.channels
    let vector = z.buffer[row * channels..<(row + 1) * channels]
    set(entries, code, to: vector.map { $0 })
    if let sums { set(sums, code, to: vector.map { count * $0 }) }
    counts.value.withMutableElements { $0[code] = count }
  }

  private func set(_ parameter: Parameter, _ code: Int, to vector: [Float]) {
    parameter.value.withMutableElements { elements in
      for (c, value) in vector.enumerated() { elements[code * vector.count + c] = value }
    }
  }
}

/// Rows drawn with probability proportional to a weight each.
private struct DistanceWeightedChoice {
  private let cumulative: [Double]

  init(_ weights: [Float]) {
    var total = 0.0
    cumulative = weights.map { weight in
      total += Double(weight)
      return total
    }
  }

  /// The row at quantile `uniform` ∈ [0, 1); any row if all weights are zero.
  func row(at uniform: Float) -> Int {
    let target = Double(uniform) * (cumulative.last ?? 0)
    var (lower, upper) = (0, cumulative.count - 1)
    while lower < upper {
      let middle = (lower + upper) / 2
      if cumulative[middle] > target { upper = middle } else { lower = middle + 1 }
    }
    return lower
  }
}

extension Tensor {
  /// ‖row − table[rows[i]]‖² for each row i, or to the table's only row where `rows` is nil.
  fileprivate func squaredDistances(to table: Tensor, rows indices: [Int32]?) -> [Float] {
    let channels = channels
    var result = [Float](repeating: 0, count: rows)
    result.withUnsafeMutableBufferPointer { result in
      ThreadPool.shared.split(rows, grain: 256) { range in
        for row in range {
          let entry = indices.map { Int($0[row]) } ?? 0
          var sum: Float = 0
          for c in 0..<channels {
            let difference = buffer[row * channels + c] - table.buffer[entry * channels + c]
            sum += difference * difference
          }
          result[row] = sum
        }
      }
    }
    return result
  }
}

/// exp of the entropy of how often each code occurs: how many codes are in use, 1 to the codebook's
/// size, counting rare ones little.
public func perplexity(counts: [Int]) -> Double {
  let total = Double(counts.reduce(0, +))
  guard total > 0 else { return 0 }
  return exp(
    counts.reduce(0.0) { sum, count in
      let p = Double(count) / total
      return count == 0 ? sum : sum - p * log(p)
    })
}
