import Foundation
import Tensors

/// Points whose distances are wanted: rows of features, with their squared norms.
struct PointSet {
  /// The points, moved so that their origin suits the precision of their distances: [count, channels].
  let points: Tensor
  private let squaredNorms: [Float]

  var count: Int { points.rows }

  /// The rows of `features`, [images, channels], seen from `origin`, [channels]: near the middle of
  /// all points, so that the differences of large numbers do not swallow small distances.
  init(_ features: Tensor, origin: [Float]) {
    let channels = features.channels
    var points = Tensor(uninitialized: [features.rows, channels])
    points.withMutableElements { elements in
      let source = features.buffer
      for row in 0..<features.rows {
        for c in 0..<channels {
          elements[row * channels + c] = source[row * channels + c] - origin[c]
        }
      }
    }
    squaredNorms = (0..<features.rows).map { row in
      points.buffer[row * channels..<(row + 1) * channels].reduce(0) { $0 + $1 * $1 }
    }
    self.points = points
  }

  /// Twice what rounding may add to a squared distance, per unit of the two squared norms.
  static let roundingSlack: Float = 1e-6

  /// Shows each of some points the squares of its distances to all of `others`.
  ///
  /// ‖a − b‖² = ‖a‖² + ‖b‖² − 2 a · b: one matrix product, cut into blocks that stay in the cache.
  ///
  /// - Parameters:
  ///   - slack: what is taken off a distance per unit of the squared norms: `roundingSlack` where a
  ///     tie must count as inside, 0 where not. A distance may come out a little below zero.
  ///   - makeState: called on each thread for what `visit` collects there.
  ///   - visit: gets the state, the number of the point and its distances, which are its to change.
  ///   - merge: called with each thread's state, one at a time, in no order.
  func forEachPoint<State>(
    _ shown: Range<Int>, distancesTo others: PointSet, slack: Float, makeState: () -> State,
    visit: (inout State, Int, UnsafeMutableBufferPointer<Float>) -> Void,
    merge: (State) -> Void
  ) {
    let lock = NSLock()
    let block = max(1, min(256, (1 << 18) / max(others.count, 1)))
    ThreadPool.shared.split(shown.count, grain: block) { part in
      let range = shown.lowerBound + part.lowerBound..<shown.lowerBound + part.upperBound
      var state = makeState()
      withUnsafeTemporaryAllocation(of: Float.self, capacity: block * others.count) { buffer in
        for first in stride(from: range.lowerBound, to: range.upperBound, by: block) {
          let rows = first..<min(first + block, range.upperBound)
          points.innerProducts(
            of: rows, with: others.points, 0..<others.count, into: buffer)
          for row in rows {
            let start = (row - first) * others.count
            let distances = UnsafeMutableBufferPointer(
              rebasing: buffer[start..<start + others.count])
            turnIntoDistances(distances, from: squaredNorms[row], to: others, slack: slack)
            visit(&state, row, distances)
          }
        }
      }
      lock.withLock { merge(state) }
    }
  }

  private func turnIntoDistances(
    _ products: UnsafeMutableBufferPointer<Float>, from norm: Float, to others: PointSet,
    slack: Float
  ) {
    let scale = 1 - slack
    others.squaredNorms.withUnsafeBufferPointer { norms in
      for index in 0..<norms.count {
        products[index] = (norm + norms[index]) * scale - 2 * products[index]
      }
    }
  }
}
