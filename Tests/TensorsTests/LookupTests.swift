import Tensors
import Testing

@Suite struct LookupTests {
  @Test(arguments: [1, 17, 64]) func lookupAndItsDerivative(channels: Int) {
    var random = SplitMix64(seed: 30)
    let indices = random.indices(600, below: 20)
    expectAgreement([random.tensor([23, channels])]) {
      $0[0].lookingUp(indices)
    } reference: {
      Reference.lookup($0[0], indices)
    }
  }

  @Test(arguments: [Taps.square3, .causal, .scattered], [1, 17, 65])
  func codeConvolutionIsTheConvolutionOfOneHotCodes(taps: Taps, channels: Int) {
    var random = SplitMix64(seed: 31)
    let codes = random.indices(3 * 5 * 7, below: 13)
    let oneHot = Reference.oneHot(codes, classes: 13, shape: [3, 5, 7])
    expectAgreement([random.tensor([taps.count, 13, channels]), random.tensor([channels])]) {
      convolvedCodes(codes, images: 3, height: 5, width: 7, with: $0[0], bias: $0[1], taps: taps)
    } reference: {
      Reference.convolution(
        oneHot, $0[0], bias: $0[1], geometry: ConvolutionGeometry(taps: taps))
    }
  }

  @Test(arguments: [(1, 0), (0, 1), (2, 3), (5, 0)])
  func shiftedCodeConvolutionMovesTheImage(row: Int, column: Int) {
    var random = SplitMix64(seed: 35)
    let codes = random.indices(3 * 5 * 7, below: 13)
    let oneHot = Reference.oneHot(codes, classes: 13, shape: [3, 5, 7])
    let geometry = ConvolutionGeometry(taps: .square3)
    expectAgreement([random.tensor([9, 13, 17]), random.tensor([17])]) {
      convolvedCodes(
        codes, images: 3, height: 5, width: 7, with: $0[0], bias: $0[1], taps: .square3,
        shift: (row, column))
    } reference: {
      Reference.shifted(
        Reference.convolution(oneHot, $0[0], bias: $0[1], geometry: geometry), rows: row,
        columns: column)
    }
  }
}

@Suite struct NearestNeighborTests {
  @Test(arguments: [(1, 1, 1), (35, 17, 3), (5000, 130, 33), (64, 128, 64)])
  func nearestInEuclideanDistance(rows: Int, entries: Int, channels: Int) {
    var random = SplitMix64(seed: 32)
    let (vectors, table) = (random.tensor([rows, channels]), random.tensor([entries, channels]))
    let found = nearestNeighbors(of: vectors.tensor, in: table.tensor)
    #expect(found.count == rows)
    for (row, index) in found.enumerated() {
      let distances = (0..<entries).map { entry in
        (0..<channels).reduce(0.0) {
          let difference =
            vectors.elements[row * channels + $1] - table.elements[entry * channels + $1]
          return $0 + difference * difference
        }
      }
      // Two entries may be as near as single precision can tell.
      #expect(distances[Int(index)] <= (distances.min() ?? 0) + 1e-5)
    }
  }

  @Test func theFirstOfEqualsWins() {
    var random = SplitMix64(seed: 33)
    let entry = random.tensor([1, 17])
    let far = DoubleTensor(entry.elements.map { $0 + 10 }, shape: [1, 17])
    let copies = [far] + [DoubleTensor](repeating: entry, count: 70)
    let table = DoubleTensor(copies.flatMap(\.elements), shape: [71, 17])
    #expect(nearestNeighbors(of: entry.tensor, in: table.tensor) == [1])
    #expect(Tensor([2, 7, 7, 1, 7], shape: [1, 5]).indicesOfLargest() == [1])
  }

  @Test func indexOfLargestOfEachRow() {
    var random = SplitMix64(seed: 34)
    let x = random.tensor([300, 17])
    let expected = (0..<300).map { row in
      Int32((0..<17).max { x.elements[row * 17 + $0] < x.elements[row * 17 + $1] } ?? 0)
    }
    #expect(x.tensor.indicesOfLargest() == expected)
  }
}
