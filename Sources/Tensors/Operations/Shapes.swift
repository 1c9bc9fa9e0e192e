import Kernels

extension Tensor {
  /// The same elements, in the same order, under another shape with the same product.
  public func reshaped(to shape: [Int]) -> Tensor {
    let inputShape = self.shape
    return Tape.record(viewed(as: shape), from: [self]) { gradient in
      [gradient.viewed(as: inputShape)]
    }
  }

  /// The values of another tensor of the same shape with the gradient of this one: the
  /// straight-through estimator, y = x + sg[values − x].
  public func replacingValues(by values: Tensor) -> Tensor {
    precondition(values.shape == shape, "\(values.shape) cannot stand for \(shape)")
    return Tape.record(values.detached, from: [self]) { gradient in [gradient] }
  }

  /// Other values in some of the rows, by index; these pass no gradient.
  ///
  /// - Parameter values: a row for each index; a constant.
  public func replacingRows(_ indices: [Int], by values: Tensor) -> Tensor {
    precondition(values.rows == indices.count && values.channels == channels, "one row per index")
    let channels = channels
    var output = detached
    output.withMutableElements { elements in
      for (place, row) in indices.enumerated() {
        for c in 0..<channels { elements[row * channels + c] = values.buffer[place * channels + c] }
      }
    }
    return Tape.record(output, from: [self]) { gradient in
      gradient.withMutableElements { elements in
        for row in indices {
          elements[row * channels..<(row + 1) * channels].update(repeating: 0)
        }
      }
      return [gradient]
    }
  }

  /// The tensors side by side along the last axis; all other axes agree.
  public static func concatenatingChannels(_ parts: [Tensor]) -> Tensor {
    let widths = parts.map(\.channels)
    let total = widths.reduce(0, +)
    let output = Tensor(uninitialized: parts[0].shape.dropLast() + [total])
    precondition(parts.allSatisfy { $0.rows == output.rows }, "parts have different pixels")
    var first = 0
    for part in parts {
      copyChannels(part, from: 0, to: output, at: first, count: part.channels)
      first += part.channels
    }
    let shapes = parts.map(\.shape)
    let tracked = parts.map(\.isTracked)
    return Tape.record(output, from: parts) { gradient in
      var first = 0
      return zip(shapes, tracked).map { shape, isTracked in
        let width = shape.last ?? 1
        defer { first += width }
        guard isTracked else { return nil }
        let part = Tensor(uninitialized: shape)
        copyChannels(gradient, from: first, to: part, at: 0, count: width)
        return part
      }
    }
  }

  /// Nearest-neighbour upsampling: every pixel becomes `factor` × `factor` pixels.
  public func upsampled(by factor: Int) -> Tensor {
    if factor == 1 { return self }
    let (height, width, channels) = (shape[1], shape[2], channels)
    let outputShape = [shape[0], height * factor, width * factor, channels]
    let output = Tensor(uninitialized: outputShape)
    let outputRows = shape[0] * height * factor
    ThreadPool.shared.split(outputRows) { rows in
      for row in rows {
        let source = pointer + row / factor * width * channels
        for column in 0..<width * factor {
          (output.fresh + (row * width * factor + column) * channels).update(
            from: source + column / factor * channels, count: channels)
        }
      }
    }
    let inputShape = shape
    return Tape.record(output, from: [self]) { gradient in
      let result = Tensor(zeros: inputShape)
      ThreadPool.shared.split(inputShape[0] * height) { rows in
        for row in rows.lowerBound * factor..<rows.upperBound * factor {
          for column in 0..<width * factor {
            kernel_add_scaled(
              1, gradient.pointer + (row * width * factor + column) * channels,
              result.fresh + (row / factor * width + column / factor) * channels, channels)
          }
        }
      }
      return [result]
    }
  }
}

private func copyChannels(
  _ source: Tensor, from first: Int, to target: Tensor, at position: Int, count: Int
) {
  ThreadPool.shared.split(source.rows, grain: 256) { rows in
    for row in rows {
      (target.fresh + row * target.channels + position).update(
        from: source.pointer + row * source.channels + first, count: count)
    }
  }
}
