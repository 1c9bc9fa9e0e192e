import Artifacts

/// Draws candidates until enough are kept.
public struct RejectionSampling {
  /// The labels to draw; [-1] where there are no classes. One may be there several times, as where several
  /// pictures of a class are completed: then the numbers of its candidates are dealt out in turn.
  public let labels: [Int32]
  /// Images to keep of each label.
  public let countPerClass: Int
  /// Which are kept.
  public let rejection: Rejection
  /// At most this many candidates are drawn per image to keep.
  public let attempts: Int
  /// The shard whose part it is; nil for all.
  private var shard: Shard?
  /// How often each label is there.
  private let turns: [Int32: Int]
  /// How many labels like it are before each.
  private let before: [Int]

  /// A plan for `countPerClass` images of each of `labels`.
  public init(labels: [Int32], countPerClass: Int, rejection: Rejection, attempts: Int) {
    self.labels = labels
    self.countPerClass = countPerClass
    self.rejection = rejection
    self.attempts = attempts
    var turns: [Int32: Int] = [:]
    before = labels.map { label in
      defer { turns[label, default: 0] += 1 }
      return turns[label, default: 0]
    }
    self.turns = turns
  }

  /// How many images of a class, and at least how many candidates, can be asked for.
  public static let countLimits = 1...10_000_000
  /// How many attempts can be allowed.
  public static let attemptLimits = 1...1_000_000

  /// Whether there are classes and the numbers lie within the limits, whoever wrote them.
  public var isPossible: Bool {
    guard !labels.isEmpty, Self.countLimits.contains(countPerClass),
      Self.attemptLimits.contains(attempts), rejection.isPossible
    else { return false }
    guard case .fraction(let fraction) = rejection else { return true }
    return Double(countPerClass) / Double(fraction) <= Double(Self.countLimits.upperBound)
  }

  /// How many candidates there will be at least, for a progress display.
  public var expectedCandidates: Int {
    guard case .fraction(let fraction) = rejection else { return labels.count * countPerClass }
    return labels.count * poolSize(fraction)
  }

  /// Draws and decides. Kept images come in order of class, then number (threshold) or score
  /// (fraction); rejected candidates are returned too.
  ///
  /// - Parameters:
  ///   - draw: the candidates of the given classes and numbers, in that order; it may tell how many of
  ///     them it has.
  ///   - progress: called with the number of candidates drawn and kept so far.
  /// - Throws: what `draw` and `progress` throw.
  public func run(
    drawing draw: @escaping Drawing, progress: (_ drawn: Int, _ kept: Int) throws -> Void
  ) throws -> [Candidate] {
    switch rejection {
    case .none: try keepThose(from: draw, progress) { _ in true }
    case .threshold(let least):
      try keepThose(from: draw, progress) { $0.isScored(atLeast: least) }
    case .fraction(let fraction): try keepBest(fraction, from: draw, progress)
    }
  }

  /// Brings the candidates of given classes and numbers.
  public typealias Drawing = (
    _ wanted: [(label: Int32, number: Int)], _ progress: (Int) throws -> Void
  ) throws -> [Candidate]

  /// Rounds of as many candidates as images are missing, until none is or the attempts are used up.
  /// The rounds depend on the verdicts alone, not on batches or threads.
  private func keepThose(
    from draw: @escaping Drawing, _ progress: (Int, Int) throws -> Void,
    where isGood: (Candidate) -> Bool
  ) throws -> [Candidate] {
    var drawn = [Int](repeating: 0, count: labels.count)
    var kept = drawn
    var all: [Candidate] = []
    while true {
      let wanted = labels.indices.flatMap { index in
        let missing = min(
          countPerClass - kept[index], countPerClass * attempts - drawn[index])
        return (0..<missing).map { (index: index, position: drawn[index] + $0) }
      }
      if wanted.isEmpty { return all.sorted(by: byClassAndNumber) }
      let keptBefore = kept.reduce(0, +)
      var round = try draw(
        wanted.map { (labels[$0.index], number(at: $0.position, of: $0.index)) }
      ) {
        try progress(all.count + $0, keptBefore)
      }
      for (position, request) in wanted.enumerated() {
        let index = request.index
        drawn[index] += 1
        round[position].isAccepted = isGood(round[position])
        if round[position].isAccepted { kept[index] += 1 }
      }
      all += round
      try progress(all.count, kept.reduce(0, +))
    }
  }

  private func keepBest(
    _ fraction: Float, from draw: @escaping Drawing, _ progress: (Int, Int) throws -> Void
  ) throws -> [Candidate] {
    let pool = poolSize(fraction)
    let wanted = labels.indices.flatMap { index in
      (0..<pool).map { (label: labels[index], number: number(at: $0, of: index)) }
    }
    var all = try draw(wanted) { try progress($0, 0) }
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

// MARK: - In shards

extension RejectionSampling {
  /// One shard's part of the plan: of each class every n-th candidate, of n shards. Which are kept is
  /// not for the shard to decide, save that of a threshold it draws until its part of the images would
  /// be kept: nobody knows beforehand how many candidates that takes.
  public func share(of shard: Shard) -> RejectionSampling {
    let total = expectedCandidates / labels.count
    var share = RejectionSampling(
      labels: labels, countPerClass: (total - shard.number + shard.count) / shard.count,
      rejection: rejection.isThreshold ? rejection : .none, attempts: attempts)
    share.shard = shard
    return share
  }

  /// The number, in its class, of a candidate of a label by its place; a shard counts places anew.
  private func number(at position: Int, of index: Int) -> Int {
    let place = shard.map { $0.number - 1 + position * $0.count } ?? position
    return before[index] + place * turns[labels[index], default: 1]
  }

  /// Which of so many shards has to draw the candidate with a label and number, from 0.
  func shardIndex(of label: Int32, _ number: Int, among shards: Int) -> Int {
    number / turns[label, default: 1] % shards
  }
}
