import NeuralNetworks
import Tensors

extension Codebook {
  /// Quantized vectors [images, height, width, channels] of which a fraction are replaced by those of
  /// other codes, drawn evenly; where they are, no gradient passes. So the levels below and the decoder
  /// learn not to trust every single code: those a prior draws are not all right.
  func disturbing(
    _ quantized: Tensor, rate: Float, randomness: Randomness, in pass: ForwardPass
  ) -> Tensor {
    let images = pass.numbers(of: quantized)
    let positions = quantized.rows / images.count
    var rows: [Int] = []
    var codes: [Int32] = []
    for (place, image) in images.enumerated() {
      let stream = randomness.stream(image)
      for position in 0..<positions where stream.uniform(at: 2 * position) < rate {
        rows.append(place * positions + position)
        codes.append(Int32(stream.uniform(at: 2 * position + 1) * Float(size)))
      }
    }
    return quantized.replacingRows(rows, by: entries.value.lookingUp(codes))
  }
}
