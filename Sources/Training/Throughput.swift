/// Images per second over about the last five seconds.
struct Throughput {
  private let batchSize: Int
  private var steps = 0
  private var start = ContinuousClock.now
  private var rate = 0.0

  init(batchSize: Int) {
    self.batchSize = batchSize
  }

  /// Counts a step and returns the rate.
  mutating func tick() -> Double {
    steps += 1
    let elapsed = (ContinuousClock.now - start) / .seconds(1)
    if elapsed > 5 || rate == 0 {
      rate = Double(steps * batchSize) / max(elapsed, 1e-9)
      if elapsed > 5 {
        steps = 0
        start = .now
      }
    }
    return rate
  }
}

/// How long the steps of this process took so far, those done again included.
struct Pace {
  private let start = ContinuousClock.now
  private var steps = 0

  /// Counts a step.
  mutating func tick() { steps += 1 }

  /// How long so many more steps will take at this pace; nil before the first step.
  func time(of more: Int) -> Duration? {
    steps > 0 ? (ContinuousClock.now - start) / steps * more : nil
  }
}
