import Tensors

/// The masks of the PixelCNN family, as lists of the pixels a convolution may read. What a mask would
/// zero is never stored or multiplied.
enum CausalTaps {
  /// A `kernel` × `kernel` window that ends on the current row: kernel − 1 whole rows above it and,
  /// on the row itself, the pixels to the left. The current pixel is not read.
  static func past(kernel: Int) -> Taps {
    let half = kernel / 2
    let above = (-(kernel - 1)..<0).flatMap { row in
      (-half...half).map { (row: row, column: $0) }
    }
    return Taps(offsets: above + (-half..<0).map { (row: 0, column: $0) })
  }

  /// The first layer's window over rows above, before its result is moved down by one row:
  /// ⌊kernel/2⌋ rows ending on the current one, `kernel` columns.
  static func rowsAbove(kernel: Int) -> Taps {
    .rectangle(height: kernel / 2, width: kernel, top: kernel / 2 - 1, left: kernel / 2)
  }

  /// The first layer's window over pixels to the left, before its result is moved right by one pixel:
  /// ⌈kernel/2⌉ rows ending on the current one, ⌊kernel/2⌋ columns ending on it.
  static func pixelsLeft(kernel: Int) -> Taps {
    .rectangle(
      height: (kernel + 1) / 2, width: kernel / 2, top: (kernel + 1) / 2 - 1,
      left: kernel / 2 - 1)
  }
}
