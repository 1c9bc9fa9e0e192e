import Communication
import Testing

@Suite struct CommunicatorTests {
  @Test(arguments: [(10, 1), (10, 3), (2, 3), (0, 1), (64, 16)], 1...5)
  func sharesCoverAllThingsInOrder(things: (count: Int, piece: Int), processes: Int) {
    let shares = asProcesses(processes) { $0.share(of: things.count, inPiecesOf: things.piece) }
    #expect(shares.flatMap { Array($0) } == Array(0..<things.count))
    for share in shares.dropLast() {
      #expect(share.upperBound % things.piece == 0 || share.upperBound == things.count)
    }
    let pieces = shares.map { ($0.count + things.piece - 1) / things.piece }
    #expect((pieces.max() ?? 0) - (pieces.min() ?? 0) <= 1)
  }

  @Test(arguments: 1...4) func everyProcessGetsTheSameSums(processes: Int) {
    let results = asProcesses(processes) { communicator in
      let rank = Double(communicator.rank)
      return [
        communicator.sums(of: [1, rank]), communicator.all(10 * rank),
        [communicator.mean(of: rank)],
      ]
    }
    let ranks = (0..<processes).map(Double.init)
    let sum = ranks.reduce(0, +)
    let expected = [
      [Double(processes), sum], ranks.map { 10 * $0 }, [sum / Double(processes)],
    ]
    #expect(results == Array(repeating: expected, count: processes))
  }

  @Test(arguments: 1...3) func theLeadDecidesForAll(processes: Int) {
    let results = asProcesses(processes) { communicator in
      try? communicator.fromLead { ["the lead is \(communicator.rank)", nil] }
    }
    #expect(results == Array(repeating: ["the lead is 0", nil], count: processes))
  }

  @Test func aProcessThatActsAsTheFirstTakesItsShare() {
    let process = SoleProcess(actingAsFirstOf: 4)
    #expect(process.isLead && process.count == 4)
    #expect(process.share(of: 64) == 0..<16)
    #expect(process.sums(of: [3]) == [3])
  }
}
