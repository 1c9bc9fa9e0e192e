import Foundation
import Tensors

extension Reference {
  // MARK: Elementwise and by row

  static func sum(_ x: DoubleTensor, _ y: DoubleTensor) -> DoubleTensor {
    DoubleTensor(zip(x.elements, y.elements).map { $0 + $1 }, shape: x.shape)
  }

  static func scaled(_ x: DoubleTensor, by factor: Double) -> DoubleTensor {
    DoubleTensor(x.elements.map { $0 * factor }, shape: x.shape)
  }

  /// x[0..<c] · sigmoid(x[c..<2c]) + shortcut.
  static func gated(_ x: DoubleTensor, adding shortcut: DoubleTensor) -> DoubleTensor {
    var y = shortcut
    let channels = shortcut.channels
    for row in 0..<y.rows {
      for c in 0..<channels {
        let gate = x.elements[row * 2 * channels + channels + c]
        y.elements[row * channels + c] += x.elements[row * 2 * channels + c] / (1 + exp(-gate))
      }
    }
    return y
  }

  /// x / (1 − rate) where the mask is set, zero elsewhere.
  static func dropped(_ x: DoubleTensor, kept: [Bool], rate: Double) -> DoubleTensor {
    DoubleTensor(zip(x.elements, kept).map { $1 ? $0 / (1 - rate) : 0 }, shape: x.shape)
  }

  static func addingPerImage(_ x: DoubleTensor, _ vectors: DoubleTensor) -> DoubleTensor {
    var y = x
    let perImage = x.elements.count / x.shape[0]
    for index in y.elements.indices {
      y.elements[index] += vectors.elements[index / perImage * x.channels + index % x.channels]
    }
    return y
  }

  static func keepingImages(_ x: DoubleTensor, where kept: [Bool]) -> DoubleTensor {
    let perImage = x.elements.count / x.shape[0]
    return DoubleTensor(
      x.elements.enumerated().map { kept[$0 / perImage] ? $1 : 0 }, shape: x.shape)
  }

  static func meanOverPixels(_ x: DoubleTensor) -> DoubleTensor {
    var y = DoubleTensor(zeros: [x.shape[0], x.channels])
    let perImage = x.elements.count / x.shape[0]
    let pixels = Double(perImage / x.channels)
    for (index, value) in x.elements.enumerated() {
      y.elements[index / perImage * x.channels + index % x.channels] += value / pixels
    }
    return y
  }

  // MARK: Shapes

  static func concatenated(_ parts: [DoubleTensor]) -> DoubleTensor {
    let elements = (0..<parts[0].rows).flatMap { row in
      parts.flatMap { $0.elements[row * $0.channels..<(row + 1) * $0.channels] }
    }
    let channels = parts.map(\.channels).reduce(0, +)
    return DoubleTensor(elements, shape: parts[0].shape.dropLast() + [channels])
  }

  static func upsampled(_ x: DoubleTensor, by factor: Int) -> DoubleTensor {
    let (height, width, channels) = (x.shape[1] * factor, x.shape[2] * factor, x.channels)
    var y = DoubleTensor(zeros: [x.shape[0], height, width, channels])
    for image in 0..<x.shape[0] {
      for i in 0..<height {
        for j in 0..<width {
          let source = (image * x.shape[1] + i / factor) * x.shape[2] + j / factor
          for c in 0..<channels {
            y.elements[((image * height + i) * width + j) * channels + c] =
              x.elements[source * channels + c]
          }
        }
      }
    }
    return y
  }

  /// The images moved down and right, with zeros in the room they leave.
  static func shifted(_ x: DoubleTensor, rows: Int, columns: Int) -> DoubleTensor {
    var y = DoubleTensor(zeros: x.shape)
    let (height, width) = (x.shape[1], x.shape[2])
    for pixel in 0..<x.rows
    where pixel / width % height + rows < height && pixel % width + columns < width {
      for c in 0..<x.channels {
        y.elements[(pixel + rows * width + columns) * x.channels + c] =
          x.elements[pixel * x.channels + c]
      }
    }
    return y
  }

  // MARK: Lookups

  static func lookup(_ table: DoubleTensor, _ indices: [Int32]) -> DoubleTensor {
    let elements = indices.flatMap {
      table.elements[Int($0) * table.channels..<(Int($0) + 1) * table.channels]
    }
    return DoubleTensor(elements, shape: [indices.count, table.channels])
  }

  static func oneHot(_ indices: [Int32], classes: Int, shape: [Int]) -> DoubleTensor {
    DoubleTensor(
      indices.flatMap { index in (0..<classes).map { $0 == Int(index) ? 1.0 : 0.0 } },
      shape: shape + [classes])
  }

  // MARK: Losses

  static func meanSquaredError(_ x: DoubleTensor, _ target: DoubleTensor) -> DoubleTensor {
    let squares = zip(x.elements, target.elements).map { ($0 - $1) * ($0 - $1) }
    return DoubleTensor([squares.reduce(0, +) / Double(squares.count)], shape: [])
  }

  static func featureDistance(_ x: DoubleTensor, _ target: DoubleTensor) -> DoubleTensor {
    func directions(_ x: DoubleTensor) -> [Double] {
      (0..<x.rows).flatMap { row in
        let vector = x.elements[row * x.channels..<(row + 1) * x.channels]
        let norm = (vector.reduce(1e-6) { $0 + $1 * $1 }).squareRoot()
        return vector.map { $0 / norm }
      }
    }
    let squares = zip(directions(x), directions(target)).map { ($0 - $1) * ($0 - $1) }
    return DoubleTensor([squares.reduce(0, +) / Double(x.rows)], shape: [])
  }

  static func softmax(_ x: DoubleTensor) -> DoubleTensor {
    var y = x
    for row in 0..<x.rows {
      let range = row * x.channels..<(row + 1) * x.channels
      let peak = x.elements[range].max() ?? 0
      let weights = x.elements[range].map { exp($0 - peak) }
      let total = weights.reduce(0, +)
      y.elements.replaceSubrange(range, with: weights.map { $0 / total })
    }
    return y
  }

  static func negativeLogLikelihoods(_ x: DoubleTensor, _ targets: [Int32]) -> DoubleTensor {
    let losses = targets.enumerated().map { row, target in
      let logits = x.elements[row * x.channels..<(row + 1) * x.channels]
      let peak = logits.max() ?? 0
      return log(logits.reduce(0) { $0 + exp($1 - peak) }) + peak
        - x.elements[row * x.channels + Int(target)]
    }
    return DoubleTensor(losses, shape: [targets.count])
  }

  // MARK: Variational

  /// μ + σ · ε of rows [μ, log σ²].
  static func gaussianDraws(_ x: DoubleTensor, noise: DoubleTensor) -> DoubleTensor {
    var draws = noise
    for index in draws.elements.indices {
      let mean = index / noise.channels * x.channels + index % noise.channels
      let deviation = exp(x.elements[mean + noise.channels]).squareRoot()
      draws.elements[index] = x.elements[mean] + deviation * noise.elements[index]
    }
    return draws
  }

  /// [(μ − ν)/τ, log σ²/τ²] of rows [μ, log σ²] and [ν, log τ²].
  static func inUnits(_ x: DoubleTensor, of other: DoubleTensor) -> DoubleTensor {
    let latents = x.channels / 2
    var result = x
    for index in x.elements.indices {
      let isMean = index % x.channels < latents
      let difference = x.elements[index] - other.elements[index]
      result.elements[index] =
        isMean ? difference / exp(other.elements[index + latents]).squareRoot() : difference
    }
    return result
  }

  /// −½ Σ (1 + log σ² − μ² − σ²) of rows [μ, log σ²].
  static func gaussianDivergences(_ x: DoubleTensor) -> DoubleTensor {
    let latents = x.channels / 2
    let divergences = (0..<x.rows).map { row in
      (0..<latents).reduce(0.0) { sum, c in
        let mean = x.elements[row * x.channels + c]
        let logVariance = x.elements[row * x.channels + latents + c]
        return sum - (1 + logVariance - mean * mean - exp(logVariance)) / 2
      }
    }
    return DoubleTensor(divergences, shape: [x.rows])
  }

  /// −Σ log p of pixels ±1, divided by the images.
  static func bernoulli(_ logits: DoubleTensor, pixels: DoubleTensor) -> DoubleTensor {
    let total = zip(logits.elements, pixels.elements).reduce(0.0) { sum, pair in
      let white = 1 / (1 + exp(-pair.0))
      return sum - log(pair.1 > 0 ? white : 1 - white)
    }
    return DoubleTensor([total / Double(logits.shape[0])], shape: [])
  }

  /// −Σ log N(pixel; mean, variance), divided by the images.
  static func gaussian(
    _ means: DoubleTensor, pixels: DoubleTensor, variance: Double
  ) -> DoubleTensor {
    let total = zip(means.elements, pixels.elements).reduce(0.0) { sum, pair in
      let distance = pair.1 - pair.0
      return sum + (log(2 * .pi * variance) + distance * distance / variance) / 2
    }
    return DoubleTensor([total / Double(means.shape[0])], shape: [])
  }

  // MARK: Attention and normalization

  /// For head h: out[i] = Σ_{j<i} softmax_j(q[i] · k[j] / √d) v[j].
  static func causalAttention(
    query: DoubleTensor, key: DoubleTensor, value: DoubleTensor, heads: Int
  ) -> DoubleTensor {
    var output = DoubleTensor(zeros: value.shape)
    let positions = query.shape[1] * query.shape[2]
    let (d, e) = (query.channels / heads, value.channels / heads)
    for image in 0..<query.shape[0] {
      for head in 0..<heads {
        for i in 1..<max(positions, 1) {
          let row = (image * positions + i) * query.channels + head * d
          let scores = (0..<i).map { j in
            let other = (image * positions + j) * query.channels + head * d
            return (0..<d).reduce(0.0) {
              $0 + query.elements[row + $1] * key.elements[other + $1]
            } / Double(d).squareRoot()
          }
          let weights = softmax(DoubleTensor(scores, shape: [1, i])).elements
          for j in 0..<i {
            for c in 0..<e {
              output.elements[(image * positions + i) * value.channels + head * e + c] +=
                weights[j]
                * value.elements[(image * positions + j) * value.channels + head * e + c]
            }
          }
        }
      }
    }
    return output
  }

  static func weightNormalized(_ v: DoubleTensor, gain: DoubleTensor) -> DoubleTensor {
    var w = v
    for o in 0..<v.channels {
      let column = stride(from: o, to: v.elements.count, by: v.channels)
      let norm = column.reduce(0.0) { $0 + v.elements[$1] * v.elements[$1] }.squareRoot()
      for index in column { w.elements[index] *= gain.elements[o] / norm }
    }
    return w
  }
}
