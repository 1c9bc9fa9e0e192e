extension Image {
  /// The image scaled to fill `target`, its middle kept where the proportions differ.
  ///
  /// Samples are weighted by a triangle as wide as the reduction demands, which removes what the
  /// target cannot show; when enlarging it is the bilinear filter. The kept part starts on a whole
  /// pixel, so an image that only needs cropping is copied byte for byte.
  public func resized(toFill target: ImageSize) -> Image {
    guard size != target else { return self }
    let ratio = ratioFilling(target)
    return resized(
      to: target, ratio: ratio, top: room(in: height, for: target.height, ratio: ratio) / 2,
      left: room(in: width, for: target.width, ratio: ratio) / 2)
  }

  /// The most pixels of the image, along each axis, that one of `target` may stand for.
  func ratioFilling(_ target: ImageSize) -> Double {
    min(Double(height) / Double(target.height), Double(width) / Double(target.width))
  }

  /// The part of the image from the row `top` and the column `left` on, rounded down, in which `ratio`
  /// pixels along each axis become one; it lies within the image.
  func resized(to target: ImageSize, ratio: Double, top: Double, left: Double) -> Image {
    let rows = windows(over: height, count: target.height, ratio: ratio, from: top)
    let columns = windows(over: width, count: target.width, ratio: ratio, from: left)
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
          // Sums of indices are checked, one by one, unless a slice has taken them in.
          let row = UnsafeBufferPointer(rebasing: source[start..<start + length])
          for i in 0..<length { sums[i] += weight * Float(row[i]) }
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

/// How many of `length` input samples `count` windows, each `ratio` of them wide, leave over.
func room(in length: Int, for count: Int, ratio: Double) -> Double {
  max(Double(length) - ratio * Double(count), 0)
}

/// The windows of `count` output samples, each `ratio` of `length` input samples wide, of which the first
/// begins at `start`, rounded down.
private func windows(over length: Int, count: Int, ratio: Double, from start: Double) -> [Window] {
  let origin = start.rounded(.down)
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
