import Kernels

/// The index of the row of `table` [entries, channels] nearest to each row of `vectors`, in Euclidean
/// distance; the first of equals.
///
/// ‖z − e‖² = ‖z‖² + ‖e‖² − 2 z · e, and ‖z‖² is the same for every entry: one matrix product, whose
/// rows do not depend on each other, so that an image has the same codes in any batch.
public func nearestNeighbors(of vectors: Tensor, in table: Tensor) -> [Int32] {
  precondition(vectors.channels == table.channels, "vectors and table have different channels")
  let entries = table.rows
  let norms = Tensor(
    (0..<entries).map { kernel_sum_of_squares(table.pointer + $0 * table.channels, table.channels) }
      .map { -0.5 * Float($0) }, shape: [entries])
  let weights = table.detached.transposed()
  let pixel = ConvolutionGeometry(taps: .rectangle(height: 1, width: 1, top: 0, left: 0))
  let block = 4096
  var result: [Int32] = []
  result.reserveCapacity(vectors.rows)
  for first in stride(from: 0, to: vectors.rows, by: block) {
    let rows = min(block, vectors.rows - first)
    let closeness = vectors.detached.rowSlice(first..<first + rows)
      .viewed(as: [rows, 1, 1, vectors.channels])
      .convolved(with: weights, bias: norms, geometry: pixel)
    result += closeness.indicesOfLargest()
  }
  return result
}

extension Tensor {
  /// The index of the largest element of each row; the first of equals; not recorded.
  public func indicesOfLargest() -> [Int32] {
    var result = [Int32](repeating: 0, count: rows)
    result.withUnsafeMutableBufferPointer { result in
      ThreadPool.shared.split(rows, grain: 64) { range in
        for row in range {
          result[row] = kernel_index_of_largest(pointer + row * channels, Int32(channels))
        }
      }
    }
    return result
  }

  /// Some of the rows as a matrix [rows, channels]; not recorded.
  public func rowSlice(_ range: Range<Int>) -> Tensor {
    let slice = Tensor(uninitialized: [range.count, channels])
    slice.fresh.update(from: pointer + range.lowerBound * channels, count: slice.count)
    return slice
  }

  /// The transpose of a matrix; not recorded.
  public func transposed() -> Tensor {
    let result = Tensor(uninitialized: [channels, rows])
    for row in 0..<rows {
      for c in 0..<channels { result.fresh[c * rows + row] = pointer[row * channels + c] }
    }
    return result
  }
}
