import Kernels
import Tensors

/// One vector per image of a group, at one position: [images, channels].
final class Rows {
  let images: Int
  let channels: Int
  private var tensor: Tensor
  /// The first element of the first row.
  let base: UnsafeMutablePointer<Float>

  init(images: Int, channels: Int) {
    self.images = images
    self.channels = channels
    tensor = Tensor(zeros: [images, channels])
    base = tensor.withMutableElements { elements in
      guard let base = elements.baseAddress else { preconditionFailure("a group has images") }
      return base
    }
  }

  /// The row of one image.
  subscript(image: Int) -> UnsafeMutablePointer<Float> { base + image * channels }

  /// self = activation(source)
  func set(_ activation: Activation, of source: Rows) {
    kernel_activate(activation.kernel, source.base, base, images * channels)
  }

  /// self = side by side
  func concatenate(_ parts: [Rows]) {
    for image in 0..<images {
      var target = self[image]
      for part in parts {
        target.update(from: part[image], count: part.channels)
        target += part.channels
      }
    }
  }
}

/// The rows of every position so far, which later positions read: [positions, images, channels].
final class RowHistory {
  private let images: Int
  private let channels: Int
  private let height: Int
  private let width: Int
  private let rows: Rows

  init(images: Int, channels: Int, height: Int, width: Int) {
    self.images = images
    self.channels = channels
    self.height = height
    self.width = width
    rows = Rows(images: images * height * width, channels: channels)
  }

  func record(_ source: Rows, at position: Int) {
    rows[position * images].update(from: source.base, count: images * channels)
  }

  /// For each image and tap, where its vector lies; nil outside the image.
  func pointers(around position: Int, offsets: [(row: Int, column: Int)])
    -> [UnsafePointer<Float>?]
  {
    let (row, column) = (position / width, position % width)
    var result = [UnsafePointer<Float>?](repeating: nil, count: images * offsets.count)
    for (tap, offset) in offsets.enumerated() {
      let (y, x) = (row + offset.row, column + offset.column)
      guard y >= 0, y < height, x >= 0, x < width else { continue }
      let first = (y * width + x) * images
      for image in 0..<images {
        result[image * offsets.count + tap] = UnsafePointer(rows[first + image])
      }
    }
    return result
  }
}

extension PackedConvolution {
  /// output = activation(weights · inputs + bias + addend), with one pointer per image and tap.
  func apply(
    _ inputs: [UnsafePointer<Float>?], adding addend: Rows? = nil,
    activation: Activation = .identity, to output: Rows
  ) {
    let targets: [UnsafeMutablePointer<Float>?] = (0..<output.images).map { output[$0] }
    let addends: [UnsafePointer<Float>?]? = addend.map { addend in
      (0..<output.images).map { UnsafePointer(addend[$0]) }
    }
    func run(_ addends: UnsafePointer<UnsafePointer<Float>?>?) {
      kernel_gathered_product(
        Int32(output.images), Int32(weights.taps), Int32(weights.inputs), Int32(weights.outputs),
        inputs, weights.pointer, bias?.buffer.baseAddress, addends, activation.kernel, targets)
    }
    if let addends { addends.withUnsafeBufferPointer { run($0.baseAddress) } } else { run(nil) }
  }

  /// The same for a 1×1 convolution.
  func apply(
    _ input: Rows, adding addend: Rows? = nil, activation: Activation = .identity, to output: Rows
  ) {
    apply(
      (0..<input.images).map { UnsafePointer(input[$0]) }, adding: addend, activation: activation,
      to: output)
  }
}
