import Tensors

/// Something to time.
struct Workload {
  /// How many multiply-adds it takes, and whether `MultiplyAddCounter` sees them.
  enum Cost {
    case counted
    case known(Int)
    case unknown
  }

  /// What one call of `body` computes.
  var cost = Cost.counted
  /// The work.
  var body: () -> Void

  /// What `measure` finds.
  struct Measurement {
    /// The median time of a call.
    var seconds: Double
    /// The multiply-adds of a call, where they are known.
    var multiplyAdds: Int?
    /// What fraction of the time each kind of work takes, where multiply-adds are counted; all that is
    /// neither products nor attention nor the optimizer nor the tape is called element-wise.
    var shares: [String: Double]?
  }

  /// Times `repetitions` calls after a first one.
  func measure(repetitions: Int) -> Measurement {
    body()
    let before = MultiplyAddCounter.count
    let durations = OperationClock.Work.allCases.map(OperationClock.duration(of:))
    let times = (0..<repetitions).map { _ in
      let start = ContinuousClock.now
      body()
      return (ContinuousClock.now - start) / .seconds(1)
    }
    var result = Measurement(seconds: times.sorted()[times.count / 2])
    switch cost {
    case .counted:
      result.multiplyAdds = (MultiplyAddCounter.count - before) / repetitions
      result.shares = shares(since: durations, of: times.reduce(0, +))
    case .known(let count): result.multiplyAdds = count
    case .unknown: break
    }
    return result
  }

  private func shares(
    since durations: [Duration], of seconds: Double
  ) -> [String: Double] {
    var shares: [String: Double] = [:]
    for (work, before) in zip(OperationClock.Work.allCases, durations) {
      let duration = OperationClock.duration(of: work) - before
      shares[work.rawValue] = duration / .seconds(1) / seconds
    }
    shares["element-wise"] = 1 - shares.values.reduce(0, +)
    return shares
  }
}

/// The stream of all random numbers of the benchmark.
let randomness = Randomness(seed: 1)

/// Noise in [-1, 1].
func noise(_ shape: [Int]) -> Tensor {
  Tensor(randomness.uniforms(shape.reduce(1, *), in: -1...1), shape: shape)
}

/// Random codes, each below `codebookSize`.
func randomCodes(_ count: Int, below codebookSize: Int = 512) -> [Int32] {
  (0..<count).map { Int32(randomness.word(at: $0) % UInt32(codebookSize)) }
}
