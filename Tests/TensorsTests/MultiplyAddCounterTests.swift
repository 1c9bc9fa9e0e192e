import Tensors
import Testing

/// The counter is the process's, so each of these has a process to itself.
@Suite struct MultiplyAddCounterTests {
  @Test func tapsOutsideTheImageAreNotCounted() async {
    await #expect(processExitsWith: .success) {
      let x = Tensor(zeros: [2, 5, 7, 3])
      let weights = Tensor(zeros: [4, 4, 3, 6])
      let geometry = ConvolutionGeometry(
        taps: .rectangle(height: 4, width: 4, top: 1, left: 1), stride: 2)
      let tape = Tape()
      let y = tape.watch(x).convolved(with: tape.watch(weights), geometry: geometry)
      let forward = MultiplyAddCounter.count
      tape.backward(from: y, seed: y.detached)
      var pairs = 0
      for (i, j) in (0..<3).flatMap({ i in (0..<4).map { (i, $0) } }) {
        for tap in 0..<16 {
          let (row, column) = (2 * i + tap / 4 - 1, 2 * j + tap % 4 - 1)
          if (0..<5).contains(row) && (0..<7).contains(column) { pairs += 1 }
        }
      }
      #expect(forward == 2 * pairs * 3 * 6, "\(forward)")
      // Each of the two gradients costs as much as the convolution itself.
      #expect(MultiplyAddCounter.count == 3 * forward, "\(MultiplyAddCounter.count)")
    }
  }

  @Test func attentionCountsPairsOfAPositionAndAnEarlierOne() async {
    await #expect(processExitsWith: .success) {
      let (keys, values) = (Tensor(zeros: [2, 3, 3, 8]), Tensor(zeros: [2, 3, 3, 4]))
      _ = causalAttention(query: keys, key: keys, value: values, heads: 2)
      #expect(MultiplyAddCounter.count == 2 * 36 * (8 + 4), "\(MultiplyAddCounter.count)")
    }
  }
}
