/// Which candidates are kept: the dial between diversity and quality.
public enum Rejection: Codable, Hashable, Sendable {
  /// All of them.
  case none
  /// Those whose class the classifier gives at least this probability, 0 to 1.
  case threshold(Float)
  /// This fraction of each class's candidates, those of the highest probability (1906.00446, 3.3).
  case fraction(Float)
}

extension Rejection {
  /// Whether it is a threshold: how many candidates it takes to keep enough, only drawing them tells.
  public var isThreshold: Bool {
    if case .threshold = self { true } else { false }
  }

  /// Whether the numbers make sense, whoever wrote them.
  var isPossible: Bool {
    switch self {
    case .none: true
    case .threshold(let least): (0...1).contains(least)
    case .fraction(let fraction): fraction > 0 && fraction <= 1
    }
  }

  /// Decides anew which candidates of a pool are kept; of a fraction, rounded down, the best of each
  /// class.
  public func decide(on candidates: inout [Candidate]) {
    switch self {
    case .none: for index in candidates.indices { candidates[index].isAccepted = true }
    case .threshold(let least):
      for index in candidates.indices {
        candidates[index].isAccepted = candidates[index].isScored(atLeast: least)
      }
    case .fraction(let fraction):
      for members in Dictionary(grouping: candidates.indices, by: { candidates[$0].label }).values {
        let count = Int((Double(fraction) * Double(members.count)).rounded(.down))
        candidates.keepBest(count, of: members)
      }
    }
  }
}

extension Candidate {
  /// Whether a threshold keeps it; without a classifier every threshold does.
  func isScored(atLeast least: Float) -> Bool { (score ?? 1) >= least }
}

extension [Candidate] {
  /// Keeps `count` of `members`, those of the highest scores, of equals the one drawn first.
  mutating func keepBest(_ count: Int, of members: some Sequence<Int>) {
    let best = members.sorted {
      (self[$1].score ?? 1, self[$0].number) < (self[$0].score ?? 1, self[$1].number)
    }
    for (rank, member) in best.enumerated() { self[member].isAccepted = rank < count }
  }
}
