import Communication
import Foundation
import Tensors

/// Rows drawn with probability proportional to a weight each, from the images of all processes: which
/// ones does not depend on how many processes share the images.
///
/// A draw is a race: of things with weights w, whose times t are exponentially distributed, the first by
/// t/w is each with probability w / Σ w. The images race first, with the sums of their rows' weights, and
/// then the rows of the winner. Who wins hardly ever hangs on a weight's last bits, as the place of a
/// random number among running sums would.
struct DistanceWeightedChoice {
  private let weights: [Float]
  /// The sum of the weights of each image, of all processes.
  private let imageWeights: [Double]
  private let images: Range<Int>
  private let rowsPerImage: Int
  private let communicator: any Communicator

  /// A choice by `weights`, one for each row of this process's images, by number in the whole batch.
  init(_ weights: [Float], images: Range<Int>, over communicator: any Communicator) {
    self.weights = weights
    self.images = images
    self.communicator = communicator
    rowsPerImage = weights.count / max(images.count, 1)
    var sums = [Double](repeating: 0, count: images.count * communicator.count)
    for (row, weight) in weights.enumerated() {
      sums[images.lowerBound + row / rowsPerImage] += Double(weight)
    }
    imageWeights = communicator.sums(of: sums)
  }

  /// The rows that win the races of some streams: [streams, channels]; any row where all weights are zero.
  ///
  /// - Parameter z: the rows of this process, [images, …, channels].
  func rows(of z: Tensor, for streams: [Randomness]) -> Tensor {
    let channels = z.channels
    var chosen = Tensor(zeros: [streams.count, channels])
    chosen.withMutableElements { chosen in
      for (place, stream) in streams.enumerated() {
        let image = winner(of: imageWeights, stream.stream("images"))
        guard images.contains(image) else { continue }
        let first = (image - images.lowerBound) * rowsPerImage
        let row =
          first
          + winner(
            of: weights[first..<first + rowsPerImage].map(Double.init), stream.stream("rows"))
        for c in 0..<channels { chosen[place * channels + c] = z.buffer[row * channels + c] }
      }
      // The others add zeros.
      communicator.sum(chosen)
    }
    return chosen
  }

  /// The index of the first in a race; 0 where nothing has a weight.
  private func winner(of weights: [Double], _ stream: Randomness) -> Int {
    var (first, best) = (0, Double.infinity)
    for (index, draw) in stream.uniforms(weights.count, in: 0...1).enumerated() {
      let time = -log(1 - Double(draw)) / weights[index]
      if time < best { (first, best) = (index, time) }
    }
    return first
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
