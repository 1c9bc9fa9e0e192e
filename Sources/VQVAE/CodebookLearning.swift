import Communication
import NeuralNetworks
import Tensors

/// What one batch says of a codebook: all that its moving averages need to know.
struct CodebookStatistics {
  /// How many vectors were assigned to each code: [codes].
  private(set) var counts: Tensor
  /// The sum of those vectors: [codes, channels].
  private(set) var sums: Tensor

  /// The statistics of the vectors z, of all processes together, of which row i was assigned to
  /// `codes[i]`.
  init(of z: Tensor, codes: [Int32], size: Int, over communicator: any Communicator) {
    counts = Tensor(zeros: [size])
    counts.withMutableElements { counts in
      for code in codes { counts[Int(code)] += 1 }
      communicator.sum(counts)
    }
    sums = z.summedRows(byIndex: codes, below: size)
    sums.withMutableElements { communicator.sum($0) }
  }
}

extension Codebook {
  /// Smooths the counts so that no entry divides by zero, as 1711.00937 does.
  private static let epsilon: Float = 1e-5

  /// Puts the entries on vectors of z, once: a codebook that starts away from the data may never be
  /// reached by it.
  ///
  /// Each entry goes to a vector chosen with probability proportional to its squared distance from the
  /// entries before it (k-means++): chosen evenly, most would share the background of the images.
  func seedIfNeeded(from z: Tensor, randomness: Randomness, in pass: ForwardPass) {
    guard updates.value.scalar == 0 else { return }
    var distances = [Float](repeating: 1, count: z.rows)
    for code in 0..<size {
      let choice = DistanceWeightedChoice(
        distances, images: pass.numbers(of: z), over: pass.communicator)
      let vector = choice.rows(of: z, for: [randomness.stream(code)])
      move(code, to: vector, count: 1)
      for (row, distance) in z.squaredDistances(to: vector, rows: nil).enumerated() {
        distances[row] = min(code == 0 ? .infinity : distances[row], distance)
      }
    }
  }

  /// Learns from the vectors z of one batch, each assigned to one of `codes`: moving averages
  /// (1711.00937, appendix A.1), and the revival of dead codes.
  func update(with z: Tensor, codes: [Int32], randomness: Randomness, in pass: ForwardPass) {
    apply(CodebookStatistics(of: z, codes: codes, size: size, over: pass.communicator))
    revive(from: z, codes: codes, randomness: randomness, in: pass)
  }

  /// Moves the averages, and the entries with them, by what a batch says.
  private func apply(_ batch: CodebookStatistics) {
    // Early on the encoder moves fast, and an average with a long memory would trail behind it until
    // one entry is nearest to everything: average over about what has been seen.
    let seen = updates.value.scalar
    updates.value = Tensor(repeating: seen + 1, shape: [1])
    let decay = min(configuration.codebookDecay, (1 + seen) / (10 + seen))
    counts.value.scale(by: decay)
    counts.value.add(batch.counts, scale: 1 - decay)
    if let sums {
      sums.value.scale(by: decay)
      sums.value.add(batch.sums, scale: 1 - decay)
      recomputeEntries(from: sums)
    }
  }

  /// Moves codes that are hardly used to vectors that are badly served: chosen with probability
  /// proportional to their squared distance from the entry they got.
  private func revive(
    from z: Tensor, codes: [Int32], randomness: Randomness, in pass: ForwardPass
  ) {
    let dead = (0..<size).filter { counts.value.buffer[$0] < configuration.revivalThreshold }
    guard !dead.isEmpty else { return }
    let choice = DistanceWeightedChoice(
      z.squaredDistances(to: entries.value, rows: codes), images: pass.numbers(of: z),
      over: pass.communicator)
    let vectors = choice.rows(of: z, for: dead.map(randomness.stream))
    // Twice the threshold: as many batches to prove itself as it takes to halve.
    let count = 2 * configuration.revivalThreshold
    for (place, code) in dead.enumerated() {
      move(code, to: vectors.rowSlice(place..<place + 1), count: count)
    }
  }

  /// e = m / N, with N smoothed.
  private func recomputeEntries(from sums: Parameter) {
    let total = counts.value.buffer.reduce(0, +)
    let (size, channels) = (size, sums.value.channels)
    let epsilon = Codebook.epsilon
    entries.value.withMutableElements { entries in
      for code in 0..<size {
        let count = counts.value.buffer[code]
        let smoothed = (count + epsilon) / (total + Float(size) * epsilon) * total
        for c in 0..<channels {
          entries[code * channels + c] = sums.value.buffer[code * channels + c] / smoothed
        }
      }
    }
  }

  /// Puts an entry on a vector, [1, channels], as if `count` such vectors per batch had been assigned
  /// to it.
  private func move(_ code: Int, to vector: Tensor, count: Float) {
    set(entries, code, to: vector.elements)
    if let sums { set(sums, code, to: vector.elements.map { count * $0 }) }
    counts.value.withMutableElements { $0[code] = count }
  }

  private func set(_ parameter: Parameter, _ code: Int, to vector: [Float]) {
    parameter.value.withMutableElements { elements in
      for (c, value) in vector.enumerated() { elements[code * vector.count + c] = value }
    }
  }
}
