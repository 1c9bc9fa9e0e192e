extension Image {
  /// The image scaled to fill `target`, its middle kept where the proportions differ.
  ///
  /// Samples are weighted by a triangle as wide as the reduction demands, which removes what the
  /// target cannot show; when enlarging it is the bilinear filter. The kept part starts on a whole
  /// pixel, so an image that only needs cropping is copied byte for byte.
  public func resized(toFill target: ImageSize) -> Image {
    guard size != target else { return self }
    let ratio = min(
      Double(height) / Double(target.height), Double(width) / Double(target.width))
    let rows = windows(over: height, count: target.height, ratio: ratio)
    let columns = windows(over: width, count: target.width, ratio: ratio)

    let shape = ImageShape(size: target, channels: channels)
    let used = span(of: columns)
    var blended = [Float](repeating: 0, count: used.count * channels)
    let samples = [UInt8](unsafeUninitializedCapacity: shape.byteCount) { output, count in
      for (y, row) in rows.enumerated() {
        blend(row, columns: used, into: &blended)
        for (x, column) in columns.enumerated() {
          for channel in 0..<channels {
            var index = (column.first - used.lowerBound) * channels + channel
            var sum: Float = 0
            for weight in column.weights {
              sum += weight * blended[index]
              index += channels
            }
            let value = UInt8(min(max(sum.rounded(), 0), 255))
            output.initializeElement(
              at: (y * target.width + x) * channels + channel, to: value)
          }
        }
      }
      count = shape.byteCount
    }
    return Image(shape: shape, bytes: samples)
  }

  /// The weighted mean of the rows in `window`, over the given columns.
  ///
  /// Rows come first: one blended row at a time is all the memory a reduction needs.
  private func blend(_ window: Window, columns: Range<Int>, into blended: inout [Float]) {
    let length = columns.count * channels
    blended.withUnsafeMutableBufferPointer { sums in
      bytes.withUnsafeBufferPointer { source in
        sums.update(repeating: 0)
        for (tap, weight) in window.weights.enumerated() {
          let start = ((window.first + tap) * width + columns.lowerBound) * channels
          for i in 0..<length { sums[i] += weight * Float(source[start + i]) }
        }
      }
    }
  }
}

/// The input samples one output sample is made of: `weights.count` of them from `first` on.
private struct Window {
  let first: Int
  let weights: [Float]

  var end: Int { first + weights.count }
}

/// The windows of `count` output samples, each `ratio` input samples wide, centred on the input.
private func windows(over length: Int, count: Int, ratio: Double) -> [Window] {
  let origin = max((Double(length) - ratio * Double(count)) / 2, 0).rounded(.down)
  let radius = max(ratio, 1)
  return (0..<count).map { index in
    let center = origin + (Double(index) + 0.5) * ratio
    // Input i has its middle at i + 0.5 and counts when that is less than a radius away.
    let first = max(Int((center - radius - 0.5).rounded(.down)) + 1, 0)
    let last = min(Int((center + radius - 0.5).rounded(.up)), length) - 1
    let candidates = first...max(first, last)
    let heights = candidates.map { max(1 - abs(Double($0) + 0.5 - center) / radius, 0) }
    let total = heights.reduce(0, +)
    return Window(first: first, weights: heights.map { Float($0 / total) })
  }
}

/// The inputs any of the windows looks at.
private func span(of windows: [Window]) -> Range<Int> {
  let first = windows.map(\.first).min() ?? 0
  return first..<(windows.map(\.end).max() ?? first)
}
