/// The adjoint of a strided convolution to few channels, an image for example, as a convolution without
/// a stride: the phases of its output become channels side by side. One by one, they would leave most of
/// a vector idle.
struct AdjointPhases {
  /// The convolution that gives all phases at once.
  let geometry: ConvolutionGeometry
  /// [taps, input channels, stride · stride · output channels]; zero where a phase does not meet a tap.
  let weights: Tensor
  private let stride: Int
  private let channels: Int

  /// The phases of the adjoint of a convolution with `weights`, [taps, output channels, input channels],
  /// to `shape`, NHWC; nil where they do not fit a vector side by side, are not all of one size, or
  /// would read more pixels than one by one.
  static func fitting(
    _ shape: [Int], of geometry: ConvolutionGeometry, _ weights: Tensor, areKept: Bool
  ) -> AdjointPhases? {
    let stride = geometry.stride
    guard stride > 1, stride * stride * shape[3] <= 16, shape[1].isMultiple(of: stride),
      shape[2].isMultiple(of: stride)
    else { return nil }
    return weights.prepared(.phases, for: geometry, isKept: areKept) {
      AdjointPhases(of: geometry, weights, channels: shape[3])
    }
  }

  private init?(of geometry: ConvolutionGeometry, _ weights: Tensor, channels: Int) {
    let (stride, inputs) = (geometry.stride, weights.channels)
    let phases = stride * stride
    // Output s · l + phase meets a tap at input l + (phase − offset) / s.
    let meetings = geometry.taps.offsets.map { offset in
      let phase = (row: offset.row.modulo(stride), column: offset.column.modulo(stride))
      return (
        phase: phase.row * stride + phase.column, row: (phase.row - offset.row) / stride,
        column: (phase.column - offset.column) / stride
      )
    }
    let rows = (meetings.map(\.row).min() ?? 0)...(meetings.map(\.row).max() ?? 0)
    let columns = (meetings.map(\.column).min() ?? 0)...(meetings.map(\.column).max() ?? 0)
    guard rows.count * columns.count <= geometry.taps.count else { return nil }
    let sideBySide = Tensor(zeros: [rows.count * columns.count, inputs, phases * channels])
    for (tap, meeting) in meetings.enumerated() {
      let place =
        (meeting.row - rows.lowerBound) * columns.count
        + meeting.column - columns.lowerBound
      for channel in 0..<channels {
        for input in 0..<inputs {
          sideBySide.fresh[
            (place * inputs + input) * phases * channels + meeting.phase * channels + channel] +=
            weights.pointer[(tap * channels + channel) * inputs + input]
        }
      }
    }
    self.weights = sideBySide
    self.stride = stride
    self.channels = channels
    self.geometry = ConvolutionGeometry(
      taps: .rectangle(
        height: rows.count, width: columns.count, top: -rows.lowerBound,
        left: -columns.lowerBound), arithmetic: geometry.arithmetic)
  }

  /// What every phase adds: the bias once for each of them.
  func repeated(_ bias: Tensor) -> Tensor {
    Tensor(
      (0..<stride * stride).flatMap { _ in bias.elements }, shape: [stride * stride * channels])
  }

  /// [images, height, width, phases · channels] to [images, stride · height, stride · width, channels].
  func interleaved(_ sideBySide: Tensor) -> Tensor {
    let (images, height, width) = (
      sideBySide.shape[0], sideBySide.shape[1], sideBySide.shape[2]
    )
    let result = Tensor(
      uninitialized: [images, height * stride, width * stride, channels])
    // The phases of one row lie together, in the source as in the result.
    let run = stride * channels
    ThreadPool.shared.split(images * height * stride, grain: stride) { rows in
      for row in rows {
        let source = sideBySide.pointer + (row / stride * width * stride + row % stride) * run
        let target = result.fresh + row * width * run
        for column in 0..<width {
          (target + column * run).update(from: source + column * stride * run, count: run)
        }
      }
    }
    return result
  }
}

extension Int {
  /// The remainder in 0..<divisor, for negative numbers too.
  fileprivate func modulo(_ divisor: Int) -> Int {
    let remainder = self % divisor
    return remainder < 0 ? remainder + divisor : remainder
  }
}
