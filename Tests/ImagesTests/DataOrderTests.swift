import Images
import Testing

@Suite("Order of the data")
struct DataOrderTests {
  @Test("Each epoch is a permutation", arguments: [1, 2, 3, 4, 5, 16, 17, 1000, 60_000])
  func permutations(count: Int) {
    let order = DataOrder(count: count, seed: 11, shuffled: true)
    for epoch in 0..<3 {
      let indices = (0..<count).map { order[epoch * count + $0] }
      #expect(indices.sorted() == Array(0..<count))
    }
  }

  @Test("Epochs and seeds differ; a seed repeats")
  func keys() {
    let orders = [1, 1, 2].map { DataOrder(count: 500, seed: $0, shuffled: true) }
    let first = (0..<500).map { orders[0][$0] }
    #expect(first == (0..<500).map { orders[1][$0] })
    #expect(first != (0..<500).map { orders[2][$0] })
    #expect(first != (500..<1000).map { orders[0][$0] })
    #expect(first != Array(0..<500))
  }

  @Test("Unshuffled, every epoch goes from first to last")
  func unshuffled() {
    let order = DataOrder(count: 3, seed: 1, shuffled: false)
    #expect((0..<8).map { order[$0] } == [0, 1, 2, 0, 1, 2, 0, 1])
  }

  @Test("The order stays what it was when a training was interrupted")
  func stability() {
    let order = DataOrder(count: 10, seed: 42, shuffled: true)
    #expect((0..<10).map { order[$0] } == [8, 2, 7, 3, 9, 4, 1, 6, 0, 5])
  }

  @Test("Every index meets every place about as often")
  func uniformity() {
    let count = 10
    var hits = [Int](repeating: 0, count: count * count)
    let epochs = 20_000
    let order = DataOrder(count: count, seed: 5, shuffled: true)
    for position in 0..<epochs * count {
      hits[position % count * count + order[position]] += 1
    }
    // Five standard deviations of a binomial count.
    let expected = Double(epochs) / Double(count)
    #expect(hits.allSatisfy { abs(Double($0) - expected) < 5 * (expected * 0.9).squareRoot() })
  }
}
