import Foundation
import Tensors

/// The operations once more, in double precision and with nothing but loops: what the fast versions
/// are held against.
enum Reference {
  static func activation(_ activation: Activation, _ x: Double) -> Double {
    switch activation {
    case .identity: x
    case .relu: max(x, 0)
    case .elu: x > 0 ? x : expm1(x)
    }
  }

  static func activated(_ x: DoubleTensor, by kind: Activation) -> DoubleTensor {
    DoubleTensor(x.elements.map { activation(kind, $0) }, shape: x.shape)
  }

  /// y[n, i, j] = activation(Σ_t x[n, i·s + row_t, j·s + column_t] · w[t] + bias + addend).
  static func convolution(
    _ x: DoubleTensor, _ weights: DoubleTensor, bias: DoubleTensor? = nil,
    addend: DoubleTensor? = nil, activation kind: Activation = .identity,
    geometry: ConvolutionGeometry
  ) -> DoubleTensor {
    let stride = geometry.stride
    let (height, width) = (x.shape[1], x.shape[2])
    let (outputHeight, outputWidth) = (
      (height + stride - 1) / stride, (width + stride - 1) / stride
    )
    var y = DoubleTensor(zeros: [x.shape[0], outputHeight, outputWidth, weights.channels])
    for pixel in 0..<y.rows {
      let column = pixel % outputWidth
      let row = pixel / outputWidth % outputHeight
      let image = pixel / outputWidth / outputHeight
      for (tap, offset) in geometry.taps.offsets.enumerated() {
        let (i, j) = (row * stride + offset.row, column * stride + offset.column)
        guard i >= 0, i < height, j >= 0, j < width else { continue }
        multiplyAdd(
          x.elements, row: (image * height + i) * width + j, count: x.channels,
          weights.elements, firstRow: tap * x.channels, into: &y.elements, row: pixel,
          count: y.channels)
      }
      for o in 0..<y.channels {
        let index = pixel * y.channels + o
        let sum = y.elements[index] + (bias?.elements[o] ?? 0) + (addend?.elements[index] ?? 0)
        y.elements[index] = activation(kind, sum)
      }
    }
    return y
  }

  /// x[n, i·s + row_t, j·s + column_t, c] += Σ_o g[n, i, j, o] · w[t, c, o], then bias and activation.
  static func transposedConvolution(
    _ g: DoubleTensor, _ weights: DoubleTensor, bias: DoubleTensor? = nil,
    activation kind: Activation = .identity, geometry: ConvolutionGeometry
  ) -> DoubleTensor {
    let stride = geometry.stride
    let (height, width) = (g.shape[1] * stride, g.shape[2] * stride)
    let channels = weights.elements.count / (geometry.taps.count * g.channels)
    var x = DoubleTensor(zeros: [g.shape[0], height, width, channels])
    for pixel in 0..<g.rows {
      let column = pixel % g.shape[2]
      let row = pixel / g.shape[2] % g.shape[1]
      let image = pixel / g.shape[2] / g.shape[1]
      for (tap, offset) in geometry.taps.offsets.enumerated() {
        let (i, j) = (row * stride + offset.row, column * stride + offset.column)
        guard i >= 0, i < height, j >= 0, j < width else { continue }
        let target = ((image * height + i) * width + j) * channels
        for c in 0..<channels {
          let weightRow = (tap * channels + c) * g.channels
          for o in 0..<g.channels {
            x.elements[target + c] +=
              g.elements[pixel * g.channels + o] * weights.elements[weightRow + o]
          }
        }
      }
    }
    for index in x.elements.indices {
      x.elements[index] = activation(
        kind, x.elements[index] + (bias?.elements[index % channels] ?? 0))
    }
    return x
  }

  /// [rows, k] · [k, n] + bias.
  static func matrixProduct(
    _ x: DoubleTensor, _ matrix: DoubleTensor, bias: DoubleTensor? = nil
  ) -> DoubleTensor {
    var y = DoubleTensor(zeros: x.shape.dropLast() + [matrix.channels])
    for row in 0..<x.rows {
      multiplyAdd(
        x.elements, row: row, count: x.channels, matrix.elements, firstRow: 0, into: &y.elements,
        row: row, count: y.channels)
      guard let bias else { continue }
      for o in 0..<y.channels { y.elements[row * y.channels + o] += bias.elements[o] }
    }
    return y
  }

  /// y[outputRow] += x[inputRow] · w[firstRow ..< firstRow + inputs].
  private static func multiplyAdd(
    _ x: [Double], row inputRow: Int, count inputs: Int, _ w: [Double], firstRow: Int,
    into y: inout [Double], row outputRow: Int, count outputs: Int
  ) {
    for c in 0..<inputs {
      let value = x[inputRow * inputs + c]
      for o in 0..<outputs {
        y[outputRow * outputs + o] += value * w[(firstRow + c) * outputs + o]
      }
    }
  }
}
