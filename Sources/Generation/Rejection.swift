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
  fileprivate func isScored(atLeast least: Float) -> Bool { (score ?? 1) >= least }
}

extension [Candidate] {
  /// Keeps `count` of `members`, those of the highest scores, of equals the one drawn first.
  fileprivate mutating func keepBest(_ count: Int, of members: some Sequence<Int>) {
    let best = members.sorted {
      (self[$1].score ?? 1, self[$0].number) < (self[$0].score ?? 1, self[$1].number)
    }
    for (rank, member) in best.enumerated() { self[member].isAccepted = rank < count }
  }
}

/// Draws candidates until enough are kept.
public struct RejectionSampling {
  /// The labels to draw; [-1] where there are no classes.
  public let labels: [Int32]
  /// Images to keep of each class.
  public let countPerClass: Int
  /// Which are kept.
  public let rejection: Rejection
  /// At most this many candidates are drawn per image to keep.
  public let attempts: Int

  /// A plan for `countPerClass` images of each of `labels`.
  public init(labels: [Int32], countPerClass: Int, rejection: Rejection, attempts: Int) {
    self.labels = labels
    self.countPerClass = countPerClass
    self.rejection = rejection
    self.attempts = attempts
  }

  /// How many candidates there will be at least, for a progress display.
  public var expectedCandidates: Int {
    guard case .fraction(let fraction) = rejection else { return labels.count * countPerClass }
    return labels.count * poolSize(fraction)
  }

  /// Draws and decides. Kept images come in order of class, then number (threshold) or score
  /// (fraction); rejected candidates are returned too.
  ///
  /// - Parameter progress: called with the number of candidates drawn and kept so far; what it
  ///   throws ends the drawing.
  public func run(
    _ generator: any ImageGenerator, progress: (_ drawn: Int, _ kept: Int) throws -> Void
  ) rethrows -> [Candidate] {
    switch rejection {
    case .none: try keepThose(from: generator, progress) { _ in true }
    case .threshold(let least):
      try keepThose(from: generator, progress) { $0.isScored(atLeast: least) }
    case .fraction(let fraction): try keepBest(fraction, from: generator, progress)
    }
  }

  /// Rounds of as many candidates as images are missing, until none is or the attempts are used up.
  /// The rounds depend on the verdicts alone, not on batches or threads.
  private func keepThose(
    from generator: any ImageGenerator, _ progress: (Int, Int) throws -> Void,
    where isGood: (Candidate) -> Bool
  ) rethrows -> [Candidate] {
    var drawn = [Int](repeating: 0, count: labels.count)
    var kept = drawn
    var all: [Candidate] = []
    while true {
      let wanted = labels.indices.flatMap { index in
        let missing = min(
          countPerClass - kept[index], countPerClass * attempts - drawn[index])
        return (0..<missing).map { (label: labels[index], number: drawn[index] + $0, index) }
      }
      if wanted.isEmpty { return all.sorted(by: byClassAndNumber) }
      let keptBefore = kept.reduce(0, +)
      var round = try generator.draw(wanted.map { ($0.label, $0.number) }) {
        try progress(all.count + $0, keptBefore)
      }
      for (position, request) in wanted.enumerated() {
        let index = request.2
        drawn[index] += 1
        round[position].isAccepted = isGood(round[position])
        if round[position].isAccepted { kept[index] += 1 }
      }
      all += round
      try progress(all.count, kept.reduce(0, +))
    }
  }

  private func keepBest(
    _ fraction: Float, from generator: any ImageGenerator,
    _ progress: (Int, Int) throws -> Void
  ) rethrows -> [Candidate] {
    let pool = poolSize(fraction)
    var all = try generator.draw(
      labels.flatMap { label in (0..<pool).map { (label: label, number: $0) } }
    ) { try progress($0, 0) }
    for index in labels.indices {
      all.keepBest(countPerClass, of: index * pool..<(index + 1) * pool)
    }
    try progress(all.count, labels.count * countPerClass)
    return all.sorted(by: byClassAndNumber)
  }

  private func poolSize(_ fraction: Float) -> Int {
    Int((Double(countPerClass) / Double(fraction)).rounded(.up))
  }

  private func byClassAndNumber(_ left: Candidate, _ right: Candidate) -> Bool {
    (left.label, left.number) < (right.label, right.number)
  }
}
