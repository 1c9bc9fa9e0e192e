import Tensors
import Testing

@Suite struct MatrixProductTests {
  @Test(arguments: [(1, 1, 1), (3, 5, 17), (35, 64, 130), (7, 65, 33), (130, 16, 3)])
  func productAndItsDerivatives(rows: Int, inputs: Int, outputs: Int) {
    var random = SplitMix64(seed: 4)
    let x = random.tensor([rows, inputs])
    let matrix = random.tensor([inputs, outputs])
    let bias = random.tensor([outputs])
    expectAgreement([x, matrix, bias]) {
      $0[0].multiplied(by: $0[1], bias: $0[2])
    } reference: {
      Reference.matrixProduct($0[0], $0[1], bias: $0[2])
    }
    expectAgreement([x, matrix]) {
      $0[0].multiplied(by: $0[1])
    } reference: {
      Reference.matrixProduct($0[0], $0[1])
    }
  }

  @Test func leadingAxesAreKept() {
    var random = SplitMix64(seed: 5)
    expectAgreement([random.tensor([3, 5, 7, 16]), random.tensor([16, 33])]) {
      $0[0].multiplied(by: $0[1])
    } reference: {
      Reference.matrixProduct($0[0], $0[1])
    }
  }
}
