import Kernels

/// The index of the row of `table` [entries, channels] nearest to each row of `vectors`, in Euclidean
/// distance; the first of equals.
///
/// As double precision has it, whatever rows are in the batch, and on any processor.
public func nearestNeighbors(of vectors: Tensor, in table: Tensor) -> [Int32] {
  let search = NearestNeighborSearch(table)
  let block = 4096
  var result: [Int32] = []
  result.reserveCapacity(vectors.rows)
  for first in stride(from: 0, to: vectors.rows, by: block) {
    result += search.nearest(to: vectors, rows: first..<min(first + block, vectors.rows))
  }
  return result
}

/// A table ready for the search of its rows.
///
/// With all vectors relative to the table's mean, ‖z − e‖² = ‖z‖² + ‖e‖² − 2 z · e, and ‖z‖² is the same
/// for every entry: one matrix product in single precision. Where it cannot tell entries apart, their
/// distances are computed anew in double precision.
private struct NearestNeighborSearch {
  private let table: Tensor
  private let mean: [Float]
  /// e, transposed: [channels, entries].
  private let weights: Tensor
  /// −‖e‖² / 2: [entries].
  private let offsets: Tensor
  /// The largest ‖e‖.
  private let radius: Double

  init(_ table: Tensor) {
    let (entries, channels) = (table.rows, table.channels)
    let mean = (0..<channels).map { channel in
      let sum = (0..<entries).reduce(0.0) {
        $0 + Double(table.pointer[$1 * channels + channel])
      }
      return Float(sum / Double(entries))
    }
    let centered = table.rowSlice(0..<entries, relativeTo: mean)
    let squares = (0..<entries).map {
      kernel_sum_of_squares(centered.pointer + $0 * channels, channels)
    }
    self.table = table.detached
    self.mean = mean
    weights = centered.transposed()
    offsets = Tensor(squares.map { Float(-0.5 * $0) }, shape: [entries])
    radius = (squares.max() ?? 0).squareRoot()
  }

  /// The nearest entries to some rows of `vectors`.
  func nearest(to vectors: Tensor, rows: Range<Int>) -> [Int32] {
    let (entries, channels) = (table.rows, table.channels)
    precondition(vectors.channels == channels, "vectors and table have different channels")
    let pixel = ConvolutionGeometry(taps: .rectangle(height: 1, width: 1, top: 0, left: 0))
    let centered = vectors.rowSlice(rows, relativeTo: mean)
    let closeness = centered.viewed(as: [rows.count, 1, 1, channels])
      .convolved(with: weights, bias: offsets, geometry: pixel)
    var result = closeness.indicesOfLargest()
    result.withUnsafeMutableBufferPointer { result in
      ThreadPool.shared.split(rows.count, grain: 64) { range in
        var candidates = [Int32](repeating: 0, count: entries)
        for row in range {
          let scores = closeness.pointer + row * entries
          let norm = kernel_sum_of_squares(centered.pointer + row * channels, channels).squareRoot()
          let limit = scores[Int(result[row])] - resolution(norm)
          let count = kernel_indices_not_below(limit, scores, Int32(entries), &candidates)
          if count > 1 {
            result[row] = nearest(
              to: vectors.pointer + (rows.lowerBound + row) * channels,
              among: candidates[..<Int(count)])
          }
        }
      }
    }
    return result
  }

  /// What two scores z · e − ‖e‖² / 2 of a vector z with this norm may differ by for rounding alone: twice
  /// the bound of a sum of so many products, each off by half a unit in the last place.
  private func resolution(_ norm: Double) -> Float {
    let roundings = Double(table.channels + 6)
    return Float(
      Double(Float.ulpOfOne) * (roundings * norm * radius + 5 * radius * radius)
        + Double(Float.leastNormalMagnitude))
  }

  /// The first of the nearest `candidates`, which are in ascending order.
  private func nearest(to vector: UnsafePointer<Float>, among candidates: ArraySlice<Int32>)
    -> Int32
  {
    var best = (index: candidates[candidates.startIndex], distance: Double.infinity)
    for candidate in candidates {
      let entry = table.pointer + Int(candidate) * table.channels
      var distance = 0.0
      for channel in 0..<table.channels {
        let difference = Double(vector[channel]) - Double(entry[channel])
        distance += difference * difference
      }
      if distance < best.distance { best = (candidate, distance) }
    }
    return best.index
  }
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

  /// The same, less `origin` [channels].
  fileprivate func rowSlice(_ range: Range<Int>, relativeTo origin: [Float]) -> Tensor {
    let slice = rowSlice(range)
    origin.withUnsafeBufferPointer { origin in
      ThreadPool.shared.split(range.count, grain: 64) { part in
        for row in part {
          let target = slice.fresh + row * channels
          for channel in 0..<channels { target[channel] -= origin[channel] }
        }
      }
    }
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
