import Kernels

extension Tensor {
  /// Row `indices[i]` of a table [rows, channels] for each i: [indices, channels].
  public func lookingUp(_ indices: [Int32]) -> Tensor {
    precondition(indices.allSatisfy { $0 >= 0 && Int($0) < rows }, "index outside the table")
    let output = Tensor(uninitialized: [indices.count, channels])
    let channels = channels
    ThreadPool.shared.split(indices.count, grain: 256) { range in
      for i in range {
        (output.fresh + i * channels).update(
          from: pointer + Int(indices[i]) * channels, count: channels)
      }
    }
    let tableShape = shape
    return Tape.record(output, from: [self]) { gradient in
      [gradient.summedRows(byIndex: indices, below: tableShape[0]).viewed(as: tableShape)]
    }
  }

  /// Row k is the sum of all rows i with `indices[i]` = k: [count, channels]; not recorded.
  ///
  /// - Parameter indices: one per row, in `0..<count`.
  public func summedRows(byIndex indices: [Int32], below count: Int) -> Tensor {
    precondition(indices.count == rows, "\(indices.count) indices for \(rows) rows")
    let groups = RowGroups(indices, count: count)
    let sums = Tensor(uninitialized: [count, channels])
    ThreadPool.shared.split(count, grain: 8) { part in
      let scratch = Tensor(uninitialized: [Int.bitWidth, channels])
      for index in part {
        (sums.fresh + index * channels).update(
          from: groups.sum(of: self, at: index, scratch: scratch.fresh), count: channels)
      }
    }
    return sums
  }
}

/// The rows of a tensor, sorted by an index that each has.
private struct RowGroups {
  private let rows: [Int]
  /// Where the rows of each index end in `rows`.
  private let ends: [Int]

  init(_ indices: [Int32], count: Int) {
    var starts = [Int](repeating: 0, count: count + 1)
    for index in indices { starts[Int(index) + 1] += 1 }
    for index in 0..<count { starts[index + 1] += starts[index] }
    var rows = [Int](repeating: 0, count: indices.count)
    for (row, index) in indices.enumerated() {
      rows[starts[Int(index)]] = row
      starts[Int(index)] += 1
    }
    self.rows = rows
    ends = starts
  }

  /// The sum of the rows of `index`, at the start of `scratch`, where sums of parts wait for each other.
  func sum(
    of tensor: Tensor, at index: Int, scratch: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    let channels = tensor.channels
    var members = rows[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
    var free = scratch
    let sum = pairwiseSum(over: 0..<tensor.rows, dividingFrom: pixelsToDivide) { range in
      let part = free
      free += channels
      part.update(repeating: 0, count: channels)
      while let row = members.first, row < range.upperBound {
        kernel_add_scaled(1, tensor.pointer + row * channels, part, channels)
        members.removeFirst()
      }
      return part
    } add: {
      kernel_add_scaled(1, $1, $0, channels)
      free -= channels
    }
    return UnsafePointer(sum)
  }
}

/// The convolution of one-hot codes, done as lookups:
/// y[n, i, j] = bias + Σ_t w[t, codes[n, i' + row_t, j' + column_t]] at (i', j') = (i, j) − shift,
/// and zero, without the bias, where (i', j') is outside the image. Codes outside are skipped.
///
/// - Parameters:
///   - codes: [images, height, width] row-major, each below the number of classes.
///   - weights: [taps, classes, output channels].
///   - shift: by how many rows and columns the result is moved down and right; not negative.
/// - Returns: [images, height, width, output channels].
public func convolvedCodes(
  _ codes: [Int32], images: Int, height: Int, width: Int, with weights: Tensor, bias: Tensor,
  taps: Taps, shift: (row: Int, column: Int) = (0, 0)
) -> Tensor {
  precondition(codes.count == images * height * width, "codes do not fill the images")
  let channels = weights.channels
  let classes = weights.count / (taps.count * channels)
  precondition(codes.allSatisfy { $0 >= 0 && Int($0) < classes }, "code outside the codebook")
  let output = Tensor(uninitialized: [images, height, width, channels])
  let grid = CodeGrid(codes: codes, height: height, width: width, taps: taps, shift: shift)
  ThreadPool.shared.split(codes.count, grain: 64) { pixels in
    for pixel in pixels {
      let target = output.fresh + pixel * channels
      guard let source = grid.source(of: pixel) else {
        target.update(repeating: 0, count: channels)
        continue
      }
      target.update(from: bias.pointer, count: channels)
      for tap in 0..<taps.count {
        guard let code = grid.code(at: source, tap: tap) else { continue }
        kernel_add_scaled(1, weights.pointer + (tap * classes + code) * channels, target, channels)
      }
    }
  }
  let weightShape = weights.shape
  return Tape.record(output, from: [weights, bias]) { gradient in
    let weightGradient = Tensor(zeros: weightShape)
    // Each tap has its own rows of the table, so threads share none.
    ThreadPool.shared.split(taps.count) { range in
      for tap in range {
        for pixel in 0..<codes.count {
          guard let source = grid.source(of: pixel), let code = grid.code(at: source, tap: tap)
          else { continue }
          kernel_add_scaled(
            1, gradient.pointer + pixel * channels,
            weightGradient.fresh + (tap * classes + code) * channels, channels)
        }
      }
    }
    let biasGradient = Tensor(zeros: [channels])
    for pixel in 0..<codes.count where grid.source(of: pixel) != nil {
      kernel_add_scaled(1, gradient.pointer + pixel * channels, biasGradient.fresh, channels)
    }
    return [weightGradient, biasGradient]
  }
}

private struct CodeGrid {
  let codes: [Int32]
  let height: Int
  let width: Int
  let taps: Taps
  let shift: (row: Int, column: Int)

  func source(of pixel: Int) -> Int? {
    guard pixel % width >= shift.column, pixel / width % height >= shift.row else { return nil }
    return pixel - shift.row * width - shift.column
  }

  func code(at pixel: Int, tap: Int) -> Int? {
    let column = pixel % width + Int(taps.columns[tap])
    let row = pixel / width % height + Int(taps.rows[tap])
    guard column >= 0, column < width, row >= 0, row < height else { return nil }
    return Int(codes[pixel + Int(taps.rows[tap]) * width + Int(taps.columns[tap])])
  }
}
