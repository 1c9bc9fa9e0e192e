import Kernels
import Tensors

/// One vector for each position of a wavefront and image of a group: [positions · images, channels], of
/// which wavefronts of fewer positions use the first.
final class Rows {
  let channels: Int
  private var tensor: Tensor
  /// The first element of the first row.
  let base: UnsafeMutablePointer<Float>

  init(count: Int, channels: Int) {
    self.channels = channels
    tensor = Tensor(zeros: [count, channels])
    base = tensor.withMutableElements { elements in
      guard let base = elements.baseAddress else { preconditionFailure("a group has images") }
      return base
    }
  }

  subscript(row: Int) -> UnsafeMutablePointer<Float> { base + row * channels }

  /// What products in some arithmetic read of the first `count` rows.
  func operands(in arithmetic: Arithmetic, count: Int) -> Rows {
    guard arithmetic == .bfloat16 else { return self }
    let pairs = Rows(count: count, channels: arithmetic.operandCount(of: channels))
    kernel_pair_bfloat16(base, count, Int32(channels), pairs.base)
    return pairs
  }

  /// self = activation(source), in the first `count` rows
  func set(_ activation: Activation, of source: Rows, count: Int) {
    kernel_activate(activation.kernel, source.base, base, count * channels)
  }

  /// self = side by side, in the first `count` rows
  func concatenate(_ parts: [Rows], count: Int) {
    for row in 0..<count {
      var target = self[row]
      for part in parts {
        target.update(from: part[row], count: part.channels)
        target += part.channels
      }
    }
  }
}

/// What later positions read of the rows of every position so far: [positions, images, operands].
final class RowHistory {
  private let images: Int
  private let arithmetic: Arithmetic
  private let height: Int
  private let width: Int
  private let rows: Rows

  /// - Parameter weights: those that multiply the rows.
  init(images: Int, readBy weights: PackedWeights, height: Int, width: Int) {
    self.images = images
    arithmetic = weights.arithmetic
    self.height = height
    self.width = width
    rows = Rows(count: images * height * width, channels: weights.operands)
  }

  func record(_ source: Rows, at wavefront: Wavefront) {
    let operands = source.operands(in: arithmetic, count: wavefront.positions.count * images)
    withExtendedLifetime(operands) {
      for (index, position) in wavefront.positions.enumerated() {
        rows[position * images].update(
          from: operands[index * images], count: images * rows.channels)
      }
    }
  }

  /// For each row and tap, where its vector lies; nil outside the image.
  func pointers(around wavefront: Wavefront, offsets: [(row: Int, column: Int)])
    -> [UnsafePointer<Float>?]
  {
    var result: [UnsafePointer<Float>?] = []
    result.reserveCapacity(wavefront.positions.count * images * offsets.count)
    for position in wavefront.positions {
      let vectors = offsets.map { offset -> UnsafePointer<Float>? in
        let (y, x) = (position / width + offset.row, position % width + offset.column)
        guard y >= 0, y < height, x >= 0, x < width else { return nil }
        return UnsafePointer(rows[(y * width + x) * images])
      }
      for image in 0..<images {
        for vector in vectors { result.append(vector.map { $0 + image * rows.channels }) }
      }
    }
    return result
  }
}

extension PackedConvolution {
  /// output = activation(weights · inputs + bias + addend) in the first `count` rows, with one pointer to
  /// operands per row and tap; on all threads where they have nothing else to do, as when one image is drawn.
  func apply(
    _ inputs: [UnsafePointer<Float>?], adding addend: Rows? = nil,
    activation: Activation = .identity, to output: Rows, count: Int
  ) {
    let targets: [UnsafeMutablePointer<Float>?] = (0..<count).map { output[$0] }
    let addends: [UnsafePointer<Float>?]? = addend.map { addend in
      (0..<count).map { UnsafePointer(addend[$0]) }
    }
    func run(_ addends: UnsafePointer<UnsafePointer<Float>?>?) {
      ThreadPool.shared.splitIfIdle(
        weights.outputs, grain: weights.outputsOfPanel,
        multiplyAdds: count * weights.taps * weights.inputs * weights.outputs
      ) { part in
        kernel_gathered_product(
          Int32(count), Int32(weights.taps), Int32(weights.operands),
          weights.arithmetic == .bfloat16, inputs, weights.pointer, bias?.buffer.baseAddress,
          addends, activation.kernel, targets, Int32(part.lowerBound), Int32(part.upperBound))
      }
    }
    if let addends { addends.withUnsafeBufferPointer { run($0.baseAddress) } } else { run(nil) }
  }

  /// The same for a 1×1 convolution.
  func apply(
    _ input: Rows, adding addend: Rows? = nil, activation: Activation = .identity,
    to output: Rows, count: Int
  ) {
    let operands = input.operands(in: weights.arithmetic, count: count)
    withExtendedLifetime(operands) {
      apply(
        (0..<count).map { UnsafePointer(operands[$0]) }, adding: addend, activation: activation,
        to: output, count: count)
    }
  }
}
