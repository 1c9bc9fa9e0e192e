/// The neighbours of a point, the nearest first.
///
/// The nearest few are nearly always enough; all are put in order only when they are not.
struct NeighborOrder {
  private let distances: UnsafeMutableBufferPointer<Float>
  /// Distance and index in one number: squares of distances are not negative, and the bits of such
  /// floats are in the order of their values.
  private var keys: [UInt64]

  /// How many strides over the distances tell which are small, and which share of them is ordered at
  /// first.
  private static let (probes, share) = (256, 16)

  /// The order of `distances`, squares, of which rounding may have made some negative. They must stay
  /// as they are; infinite ones are of no neighbour.
  init(_ distances: UnsafeMutableBufferPointer<Float>) {
    self.distances = distances
    let step = max(1, distances.count / Self.probes)
    let probes = stride(from: 0, to: distances.count, by: step).map { distances[$0] }.sorted()
    let bound = probes.isEmpty ? 0 : probes[probes.count / Self.share]
    keys = []
    for index in distances.indices where distances[index] <= bound { keys.append(key(index)) }
    keys.sort()
  }

  /// The neighbour with a rank, 0 for the nearest, and the square of its distance; nil if there are
  /// not so many.
  mutating func neighbor(_ rank: Int) -> (index: Int, distance: Float)? {
    if rank >= keys.count {
      guard rank < distances.count else { return nil }
      keys = distances.indices.map(key).sorted()
    }
    return (Int(keys[rank] & 0xffff_ffff), Float(bitPattern: UInt32(keys[rank] >> 32)))
  }

  private func key(_ index: Int) -> UInt64 {
    UInt64(max(distances[index], 0).bitPattern) << 32 | UInt64(index)
  }
}

extension NeighborOrder {
  /// The square of the distance to the k-th neighbour in one of the subsamples; nil if it has not so many.
  mutating func radius(toNeighbor k: Int, in subsample: Int, of subsamples: Subsamples) -> Float? {
    var (found, rank) = (0, 0)
    while let neighbor = neighbor(rank), neighbor.distance < .infinity {
      rank += 1
      guard subsamples.words[neighbor.index] >> UInt64(subsample) & 1 == 1 else { continue }
      found += 1
      if found == k { return neighbor.distance }
    }
    return nil
  }

  /// Finds the square of the distance to the k-th neighbour among the members of each of the first
  /// `depth` sets that are in one of the subsamples: they grow as the sets shrink.
  ///
  /// - Parameter found: called with each set's number and radius, in order, as long as there is one.
  mutating func forEachRadius(
    toNeighbor k: Int, in subsample: Int, of subsamples: Subsamples, sets: NestedSets, depth: Int,
    found: (Int, Float) -> Void
  ) {
    var (set, rank, inside) = (0, 0, 0)
    withUnsafeTemporaryAllocation(of: Int.self, capacity: sets.count + 1) { seen in
      seen.initialize(repeating: 0)
      while set < depth, let neighbor = neighbor(rank), neighbor.distance < .infinity {
        rank += 1
        guard subsamples.words[neighbor.index] >> UInt64(subsample) & 1 == 1 else { continue }
        let level = sets.levels[neighbor.index]
        seen[level] += 1
        if level > set { inside += 1 }
        // What was inside this set is inside the next, but for those whose last set this was.
        while set < depth, inside >= k {
          found(set, neighbor.distance)
          set += 1
          inside -= seen[set]
        }
      }
    }
  }
}
