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
