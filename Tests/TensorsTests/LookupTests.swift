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

/// The nearest entries in double precision, the first of equals.
private func nearestInDoublePrecision(_ vectors: Tensor, _ table: Tensor) -> [Int32] {
  let (z, e, channels) = (vectors.elements, table.elements, table.channels)
  return (0..<vectors.rows).map { row in
    var best = (index: Int32(0), distance: Double.infinity)
    for entry in 0..<table.rows {
      var distance = 0.0
      for channel in 0..<channels {
        let difference = Double(z[row * channels + channel]) - Double(e[entry * channels + channel])
        distance += difference * difference
      }
      if distance < best.distance { best = (Int32(entry), distance) }
    }
    return best.index
  }
}

@Suite struct NearestNeighborTests {
  @Test(arguments: [(1, 1, 1), (35, 17, 3), (5000, 130, 33), (64, 128, 64)])
  func nearestInEuclideanDistance(rows: Int, entries: Int, channels: Int) {
    var random = SplitMix64(seed: 32)
    let vectors = random.tensor([rows, channels]).tensor
    let table = random.tensor([entries, channels]).tensor
    #expect(nearestNeighbors(of: vectors, in: table) == nearestInDoublePrecision(vectors, table))
  }

  /// Tables in which ‖e‖² − 2 z · e cancels, about the origin or about their mean.
  enum Table: CaseIterable {
    /// Close together and far from the origin.
    case farAway
    /// Pairs far apart, the two of each close together.
    case pairs
    /// As a new model draws them, for the vectors of an untrained encoder: all small, and much alike.
    case ofANewModel
    /// All alike but for the last bit of a number.
    case nearlyEqual
    /// Some so large that their squares are beyond single precision.
    case enormous

    func entry(_ index: Int, noise: [Float]) -> [Float] {
      switch self {
      case .farAway: noise.map { 1000 + 0.01 * $0 }
      case .pairs: noise.enumerated().map { Float((index / 2 * 7 + $0) % 61) + 1e-5 * $1 }
      case .ofANewModel: noise
      case .nearlyEqual: noise.map { 3 + ($0 > 1 ? Float(3).ulp : 0) }
      case .enormous: noise.map { index % 5 == 0 ? 1e20 * $0 : $0 }
      }
    }

    func vector(_ index: Int, noise: [Float], near entry: [Float]) -> [Float] {
      switch self {
      case .ofANewModel: noise.enumerated().map { 0.05 * Float($0 % 3) + 0.001 * $1 }
      default: zip(entry, noise).map { $0 + max(abs($0), 1) * 1e-6 * $1 }
      }
    }
  }

  @Test(arguments: Table.allCases)
  func asDoublePrecisionHasItWhereSinglePrecisionCancels(table: Table) {
    let (rows, entries, channels) = (300, 512, 64)
    let randomness = Randomness(seed: 36)
    let codes = (0..<entries).map {
      table.entry($0, noise: randomness.stream($0).normals(channels))
    }
    let vectors = (0..<rows).map {
      table.vector(
        $0, noise: randomness.stream(entries + $0).normals(channels), near: codes[$0 * 3 % entries])
    }
    let (z, e) = (
      Tensor(vectors.flatMap(\.self), shape: [rows, channels]),
      Tensor(codes.flatMap(\.self), shape: [entries, channels])
    )
    #expect(nearestNeighbors(of: z, in: e) == nearestInDoublePrecision(z, e))
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
