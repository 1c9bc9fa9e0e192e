import COpenBLAS

/// OpenBLAS, loaded when first needed.
enum OpenBLAS {
  /// The name of the kernels in use.
  static let kernelName: String = {
    if let failure = openblas_load() { fatalError(String(cString: failure)) }
    return String(cString: openblas_kernel_name())
  }()
}

extension Tensor {
  /// The matrix product of rows [rows, k] with `matrix` [k, n], plus `bias` [n]: [rows, n].
  ///
  /// A row's product is the same bits whatever other rows are in the batch, which OpenBLAS does not
  /// promise: samples must not depend on the batch size. So the product itself is a convolution with
  /// one tap; its derivatives, where nothing hangs on the last bit, are OpenBLAS's.
  public func multiplied(by matrix: Tensor, bias: Tensor? = nil) -> Tensor {
    precondition(matrix.shape.count == 2 && matrix.shape[0] == channels, "matrix does not fit")
    let pixel = ConvolutionGeometry(taps: .rectangle(height: 1, width: 1, top: 0, left: 0))
    let output = detached.viewed(as: [rows, 1, 1, channels]).convolved(
      with: matrix.detached, bias: bias?.detached, geometry: pixel
    ).viewed(as: shape.dropLast() + [matrix.shape[1]])
    let (input, constant) = (detached, matrix.detached)
    let tracked = (input: isTracked, matrix: matrix.isTracked, bias: bias?.isTracked ?? false)
    return Tape.record(output, from: [self, matrix] + [bias].compactMap { $0 }) { gradient in
      let (inputGradient, matrixGradient) = OperationClock.time(.products) {
        (
          tracked.input
            ? productWithTranspose(gradient, constant).viewed(as: input.shape) : nil,
          tracked.matrix ? outerProduct(input, gradient) : nil
        )
      }
      return bias == nil
        ? [inputGradient, matrixGradient]
        : [inputGradient, matrixGradient, tracked.bias ? gradient.summedRows() : nil]
    }
  }
}

// OpenBLAS chooses its way by the size of a product, and each way rounds differently. So threads share
// out products of one fixed size, and their number changes no bit.

/// a · bᵀ: [rows of a, rows of b].
private func productWithTranspose(_ a: Tensor, _ b: Tensor) -> Tensor {
  _ = OpenBLAS.kernelName
  MultiplyAddCounter.add(a.rows * b.rows * a.channels)
  let output = Tensor(uninitialized: [a.rows, b.rows])
  let block = 64
  ThreadPool.shared.perform((a.rows + block - 1) / block) { index in
    let first = index * block
    openblas_sgemm(
      false, true, Int32(min(block, a.rows - first)), Int32(b.rows), Int32(a.channels), 1,
      a.pointer + first * a.channels, Int32(a.channels), b.pointer, Int32(b.channels), 0,
      output.fresh + first * b.rows, Int32(b.rows))
  }
  return output
}

extension Tensor {
  /// The inner products of some rows with some rows of `other`, of as many channels, into `products`:
  /// [selected rows, selected rows of other]; not recorded.
  ///
  /// Runs on the calling thread, so that each part of a `ThreadPool` job may call it.
  public func innerProducts(
    of rows: Range<Int>, with other: Tensor, _ otherRows: Range<Int>,
    into products: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(channels == other.channels, "\(shape) and \(other.shape) cannot be multiplied")
    precondition(rows.upperBound <= self.rows && otherRows.upperBound <= other.rows, "no such row")
    precondition(products.count >= rows.count * otherRows.count, "no room for the products")
    guard !rows.isEmpty, !otherRows.isEmpty else { return }
    _ = OpenBLAS.kernelName
    MultiplyAddCounter.add(rows.count * otherRows.count * channels)
    openblas_sgemm(
      false, true, Int32(rows.count), Int32(otherRows.count), Int32(channels), 1,
      pointer + rows.lowerBound * channels, Int32(channels),
      other.pointer + otherRows.lowerBound * channels, Int32(channels), 0,
      products.baseAddress, Int32(otherRows.count))
  }
}

/// aᵀ · b over all rows: [channels of a, channels of b].
private func outerProduct(_ a: Tensor, _ b: Tensor) -> Tensor {
  _ = OpenBLAS.kernelName
  MultiplyAddCounter.add(a.channels * b.channels * a.rows)
  let output = Tensor(uninitialized: [a.channels, b.channels])
  let block = 32
  ThreadPool.shared.perform((a.channels + block - 1) / block) { index in
    let first = index * block
    openblas_sgemm(
      true, false, Int32(min(block, a.channels - first)), Int32(b.channels), Int32(a.rows), 1,
      a.pointer + first, Int32(a.channels), b.pointer, Int32(b.channels), 0,
      output.fresh + first * b.channels, Int32(b.channels))
  }
  return output
}
