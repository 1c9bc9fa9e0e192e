import Communication
import Tensors

/// Rows drawn with probability proportional to a weight each, from the rows of all processes one after
/// the other: which ones does not depend on how many processes share them.
struct DistanceWeightedChoice {
  /// The sum of all weights up to and including that of each row of this process.
  private let cumulative: [Double]
  /// The sum of all weights up to the last of each process.
  private let ends: [Double]
  private let communicator: any Communicator

  /// A choice by `weights`, one for each row of this process.
  init(_ weights: [Float], over communicator: any Communicator) {
    func runningSums(of values: some Sequence<Double>, from start: Double) -> [Double] {
      var total = start
      return values.map { value in
        total += value
        return total
      }
    }
    let own = runningSums(of: weights.lazy.map(Double.init), from: 0)
    ends = runningSums(of: communicator.all(own.last ?? 0), from: 0)
    let start = communicator.rank == 0 ? 0 : ends[communicator.rank - 1]
    cumulative = own.map { start + $0 }
    self.communicator = communicator
  }

  /// The rows at some quantiles ∈ [0, 1), [quantiles, channels]; any row where all weights are zero.
  ///
  /// - Parameter z: the rows of this process.
  func rows(of z: Tensor, at quantiles: [Float]) -> Tensor {
    let channels = z.channels
    var chosen = Tensor(zeros: [quantiles.count, channels])
    chosen.withMutableElements { chosen in
      for (place, quantile) in quantiles.enumerated() {
        let target = Double(quantile) * (ends.last ?? 0)
        let owner = ends.firstIndex { $0 > target } ?? ends.count - 1
        guard owner == communicator.rank else { continue }
        let row = row(at: target)
        for c in 0..<channels { chosen[place * channels + c] = z.buffer[row * channels + c] }
      }
      // The others add zeros.
      communicator.sum(chosen)
    }
    return chosen
  }

  /// The first row of this process whose sum exceeds `target`; the last if none does.
  private func row(at target: Double) -> Int {
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
  func squaredDistances(to table: Tensor, rows indices: [Int32]?) -> [Float] {
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
