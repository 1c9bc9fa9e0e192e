import Tensors
import Testing

@Suite struct ShapeTests {
  @Test(arguments: [[1], [3, 5], [16, 1, 17], [64, 64], [33, 65, 130, 2]])
  func concatenationAndItsDerivatives(channels: [Int]) {
    var random = SplitMix64(seed: 20)
    expectAgreement(channels.map { random.tensor([3, 5, 7, $0]) }) {
      Tensor.concatenatingChannels($0)
    } reference: {
      Reference.concatenated($0)
    }
  }

  @Test(arguments: [1, 2, 3], [1, 5, 17]) func upsamplingAndItsDerivative(
    factor: Int, channels: Int
  ) {
    var random = SplitMix64(seed: 21)
    expectAgreement([random.tensor([3, 5, 7, channels])]) {
      $0[0].upsampled(by: factor)
    } reference: {
      Reference.upsampled($0[0], by: factor)
    }
  }

  @Test func reshapingKeepsTheOrder() {
    var random = SplitMix64(seed: 22)
    expectAgreement([random.tensor([3, 5, 7, 2])]) {
      $0[0].reshaped(to: [15, 14])
    } reference: {
      DoubleTensor($0[0].elements, shape: [15, 14])
    }
  }

  @Test func slicesAndTransposes() {
    let x = Tensor((0..<12).map(Float.init), shape: [4, 3])
    #expect(x.rowSlice(1..<3).elements == [3, 4, 5, 6, 7, 8])
    #expect(x.rowSlice(1..<3).shape == [2, 3])
    #expect(x.transposed().elements == [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11])
    #expect(x.transposed().shape == [3, 4])
  }
}
