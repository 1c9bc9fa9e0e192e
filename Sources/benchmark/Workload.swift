import Tensors

/// Something to time.
struct Workload {
  /// How many multiply-adds it takes, and whether `MultiplyAddCounter` sees them.
  enum Arithmetic {
    case counted
    case known(Int)
    case unknown
  }

  /// What one call of `body` computes.
  var arithmetic = Arithmetic.counted
  /// The work.
  var body: () -> Void

  /// The median time of `repetitions` calls after a first one, in seconds, and the multiply-adds of
  /// one of them where they are known.
  func measure(repetitions: Int) -> (seconds: Double, multiplyAdds: Int?) {
    body()
    let before = MultiplyAddCounter.count
    let times = (0..<repetitions).map { _ in
      let start = ContinuousClock.now
      body()
      return (ContinuousClock.now - start) / .seconds(1)
    }
    let multiplyAdds: Int? =
      switch arithmetic {
      case .counted: (MultiplyAddCounter.count - before) / repetitions
      case .known(let count): count
      case .unknown: nil
      }
    return (times.sorted()[times.count / 2], multiplyAdds)
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
