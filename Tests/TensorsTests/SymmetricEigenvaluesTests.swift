import Tensors
import Testing

struct SymmetricEigenvaluesTests {
  private let size = 33
  private let elements: [Double]

  init() {
    let noise = Randomness(seed: 5).uniforms(33 * 33, in: -1...1).map(Double.init)
    elements = (0..<33 * 33).map { place in
      let (row, column) = (place / 33, place % 33)
      return noise[place] + noise[column * 33 + row]
    }
  }

  @Test func valuesAndVectorsGiveTheMatrixAgain() {
    let (values, vectors) = symmetricEigenvalues(of: elements, size: size, withVectors: true)
    var sum = [Double](repeating: 0, count: size * size)
    for (value, vector) in zip(values, vectors) {
      for i in 0..<size {
        for j in 0..<size { sum[i * size + j] += value * vector[i] * vector[j] }
      }
    }
    for (one, other) in zip(sum, elements) { #expect(abs(one - other) < 1e-12) }
  }

  @Test func vectorsAreOrthonormal() {
    let vectors = symmetricEigenvalues(of: elements, size: size, withVectors: true).vectors
    for (i, one) in vectors.enumerated() {
      for (j, other) in vectors.enumerated() {
        let product = zip(one, other).map(*).reduce(0, +)
        #expect(abs(product - (i == j ? 1 : 0)) < 1e-12)
      }
    }
  }

  @Test func valuesAreTheSameWithoutVectorsAndAscend() {
    let alone = symmetricEigenvalues(of: elements, size: size, withVectors: false).values
    let (values, _) = symmetricEigenvalues(of: elements, size: size, withVectors: true)
    for (one, other) in zip(alone, values) { #expect(abs(one - other) < 1e-12) }
    #expect(alone == alone.sorted())
  }

  @Test func aMatrixThatIsNotFiniteHasNone() {
    var broken = elements
    broken[7] = .nan
    let values = symmetricEigenvalues(of: broken, size: size, withVectors: false).values
    for value in values { #expect(value.isNaN) }
  }
}
