import Kernels
import Testing

/// A number that is none must be seen in whatever was computed from it: a training that hides it goes on
/// for hours with nothing to gain.
@Suite struct NotANumberTests {
  static let counts = [1, 4, 16, 17, 50]

  @Test(arguments: [KERNEL_IDENTITY, KERNEL_RELU, KERNEL_ELU], counts)
  func activations(activation: kernel_activation, count: Int) {
    for place in 0..<count {
      let (x, y) = (ones(count, except: place), GuardedBuffer(count: count))
      kernel_activate(activation, x.pointer, y.pointer, count)
      #expect(y.elements.indices.filter { y.pointer[$0].isNaN } == [place])
    }
    for infinity in [Float.infinity, -.infinity] {
      let (x, y) = (GuardedBuffer([infinity]), GuardedBuffer(count: 1))
      kernel_activate(activation, x.pointer, y.pointer, 1)
      #expect(!y.pointer[0].isNaN)
    }
  }

  @Test(arguments: [KERNEL_RELU, KERNEL_ELU])
  func gradientsOfActivations(activation: kernel_activation) {
    let (y, g) = (GuardedBuffer([.nan, 1, 1]), GuardedBuffer([.nan, .nan, 1]))
    kernel_activation_gradient(activation, y.pointer, g.pointer, 3)
    #expect(g.elements.map(\.isNaN) == [true, true, false])
  }

  @Test(arguments: [KERNEL_RELU, KERNEL_ELU], [1, 17, 64])
  func convolutions(activation: kernel_activation, channels: Int) {
    let x = ones(4 * channels, except: channels)
    let weights = GuardedBuffer([Float](repeating: 1, count: channels * channels))
    let packed = packedWeights(weights, taps: 1, inputs: channels, outputs: channels)
    let y = GuardedBuffer(count: 4 * channels)
    withConvolution(
      images: 1, height: 2, width: 2, inputs: channels, outputs: channels, stride: 1,
      taps: [(row: 0, column: 0)]
    ) { shape in
      kernel_convolve(&shape, x.pointer, packed.pointer, nil, nil, activation, y.pointer, 0, 4)
    }
    #expect(
      y.elements.indices.filter { y.pointer[$0].isNaN } == Array(channels..<2 * channels))
  }

  @Test(arguments: counts) func gates(channels: Int) {
    for place in [0, channels - 1, channels, 2 * channels - 1] {
      let (x, y) = (ones(2 * channels, except: place), GuardedBuffer(count: channels))
      kernel_gate(x.pointer, nil, y.pointer, 1, Int32(channels))
      #expect(y.elements.indices.filter { y.pointer[$0].isNaN } == [place % channels])
    }
  }

  @Test(arguments: counts) func softmax(classes: Int) {
    for place in 0..<classes {
      let logits = ones(classes, except: place)
      let (loss, gradients) = (GuardedBuffer(count: 1), GuardedBuffer(count: classes))
      kernel_softmax_cross_entropy(
        logits.pointer, [0], 1, Int32(classes), 1, loss.pointer, gradients.pointer)
      #expect(loss.pointer[0].isNaN && gradients.elements.allSatisfy(\.isNaN))
    }
  }

  @Test(arguments: counts) func attention(count: Int) {
    let stride = (count + 15) / 16 * 16
    for place in 0..<count {
      let keys = ones(stride, except: place)
      let values = GuardedBuffer([Float](repeating: 1, count: stride))
      let (weights, out) = (GuardedBuffer(count: stride), GuardedBuffer(count: 1))
      kernel_attend(
        [1], keys.pointer, values.pointer, Int32(count), Int32(stride), 1, 1, 1, weights.pointer,
        out.pointer)
      #expect(out.pointer[0].isNaN)
    }
  }

  private func ones(_ count: Int, except place: Int) -> GuardedBuffer {
    GuardedBuffer((0..<count).map { $0 == place ? .nan : 1 })
  }
}
