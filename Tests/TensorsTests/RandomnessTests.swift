import Kernels
import Tensors
import Testing

@Suite struct RandomnessTests {
  static let count = 100_000

  @Test func seedsAreScrambledBySplitMix64() {
    #expect(Randomness(seed: 0).key == 0xE220_A839_7B1D_CDAF)
    #expect(Randomness(seed: 1_234_567).key == 6_457_827_717_110_365_317)
  }

  @Test func wordsAreTheKernelsStream() {
    let random = Randomness(seed: 9)
    var words = [UInt32](repeating: 0, count: 400)
    kernel_random_words(random.key, 0, 100, &words)
    #expect((0..<400).map { random.word(at: $0) } == words)
    #expect((0..<400).map { random.uniform(at: $0) } == words.map { Float($0 >> 8) * 0x1p-24 })
    #expect(random.uniforms(399, in: 0...1) == Array((0..<399).map { random.uniform(at: $0) }))
  }

  @Test func uniformsFillTheirRangeEvenly() {
    let values = Randomness(seed: 1).uniforms(RandomnessTests.count, in: -3...1).map(Double.init)
    #expect(values.allSatisfy { $0 >= -3 && $0 <= 1 })
    #expect(abs(mean(values) + 1) < 5 * 4 / (12 * Double(values.count)).squareRoot())
    #expect(abs(variance(values) - 16.0 / 12) < 0.02)
    var histogram = [Int](repeating: 0, count: 16)
    for value in values { histogram[min(Int((value + 3) * 4), 15)] += 1 }
    let expected = Double(values.count) / 16
    let chiSquared = histogram.reduce(0.0) {
      $0 + (Double($1) - expected) * (Double($1) - expected) / expected
    }
    // 15 degrees of freedom: above 50 once in 80,000 times.
    #expect(chiSquared < 50)
  }

  @Test func normalsHaveTheMomentsOfTheNormalDistribution() {
    let values = Randomness(seed: 2).normals(RandomnessTests.count).map(Double.init)
    let scale = Double(values.count).squareRoot()
    #expect(abs(mean(values)) < 5 / scale)
    #expect(abs(mean(values.map { $0 * $0 }) - 1) < 5 * 2.0.squareRoot() / scale)
    #expect(abs(mean(values.map { $0 * $0 * $0 })) < 5 * 15.0.squareRoot() / scale)
    #expect(abs(mean(values.map { $0 * $0 * $0 * $0 }) - 3) < 5 * 96.0.squareRoot() / scale)
    #expect(values.allSatisfy { $0.isFinite && abs($0) < 6 })
    // Both numbers of a Box–Muller pair, and one pair and the next.
    #expect(abs(correlation(values, values.dropFirst())) < 5 / scale)
    #expect(abs(correlation(values, values.dropFirst(2))) < 5 / scale)
  }

  @Test func fewerNumbersAreAPrefixOfMore() {
    let random = Randomness(seed: 3)
    for count in 0..<10 {
      #expect(random.normals(count) == Array(random.normals(12).prefix(count)))
      #expect(
        random.uniforms(count, in: 0...1) == Array(random.uniforms(12, in: 0...1).prefix(count)))
    }
  }

  @Test func streamsAreIndependent() {
    let random = Randomness(seed: 4)
    let streams =
      [random, Randomness(seed: 5)] + [-1, 0, 1, 2].map { random.stream($0) }
      + ["", "a", "b", "dropout"].map { random.stream($0) } + [random.stream(0).stream(0)]
    let values = streams.map { $0.uniforms(RandomnessTests.count, in: -1...1).map(Double.init) }
    for i in values.indices {
      for j in values.indices where j > i {
        #expect(
          abs(correlation(values[i], values[j][...])) < 5 / Double(values[i].count).squareRoot(),
          "streams \(i) and \(j)")
      }
    }
  }

  @Test func streamsAreDistinctAndReproducible() {
    let random = Randomness(seed: 6)
    let numbered = (0..<10_000).map { random.stream($0).key }
    let named = (0..<10_000).map { random.stream("layer.\($0)").key }
    let nested = (0..<100).flatMap { i in (0..<100).map { random.stream(i).stream($0).key } }
    #expect(Set(numbered + named + nested).count == 30_000)
    #expect(random.stream("a") == Randomness(seed: 6).stream("a"))
    #expect(random.stream(7) == Randomness(seed: 6).stream(7))
  }

  private func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(values.count)
  }

  private func variance(_ values: [Double]) -> Double {
    let center = mean(values)
    return mean(values.map { ($0 - center) * ($0 - center) })
  }

  private func correlation(_ first: [Double], _ second: ArraySlice<Double>) -> Double {
    let products = zip(first, second).map { $0 * $1 }
    return mean(products) / (variance(first) * variance(Array(second))).squareRoot()
  }
}
