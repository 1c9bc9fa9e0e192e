/// Sets of samples of which each contains the next.
struct NestedSets {
  /// Of each sample, how many of the sets it is in: those before this number.
  let levels: [Int]
  /// How many sets there are, 1 to 64.
  let count: Int

  init(levels: [Int], count: Int) {
    precondition((1...64).contains(count), "1 to 64 sets, not \(count)")
    self.levels = levels
    self.count = count
  }

  /// The sets of some of the samples.
  func restricted(to samples: [Int]) -> NestedSets {
    NestedSets(levels: samples.map { levels[$0] }, count: count)
  }
}

/// The square of each sample's distance to a neighbour within each nested set that it is in; infinite
/// where the set is too small to have that neighbour.
struct NestedRadii {
  fileprivate var radii: [[Float]]

  /// The radii of one sample, in order of the sets it is in: they grow as the sets shrink.
  func radii(of sample: Int) -> ArraySlice<Float> { radii[sample][...] }
}

extension PointSet {
  /// The square of each point's distance to its k-th neighbour, for each k asked for; infinite where
  /// there are not so many.
  func radii(toNeighbors counts: [Int]) -> [[Float]] {
    var radii = counts.map { _ in [Float](repeating: .infinity, count: count) }
    let most = counts.max() ?? 1
    forEachPoint(
      distancesTo: self, slack: 0, makeState: { [(point: Int, nearest: SmallestNumbers)]() },
      visit: { found, point, distances in
        distances[point] = .infinity
        var nearest = SmallestNumbers(most)
        for distance in distances { nearest.insert(distance) }
        found.append((point, nearest))
      },
      merge: { found in
        for (point, nearest) in found {
          // Rounding must not make a radius of no length imaginary.
          for (index, k) in counts.enumerated() {
            radii[index][point] = max(nearest.numbers[k - 1], 0)
          }
        }
      })
    return radii
  }

  /// The radii to the k-th neighbour within the sets of each family.
  func radii(toNeighbor k: Int, in families: [NestedSets]) -> [NestedRadii] {
    var result = families.map { _ in NestedRadii(radii: Array(repeating: [], count: count)) }
    forEachPoint(
      distancesTo: self, slack: 0,
      makeState: {
        (
          found: [(point: Int, radii: [[Float]])](),
          nearest: families.map { NearestByLevel($0.count, k) }
        )
      },
      visit: { state, point, distances in
        distances[point] = .infinity
        let radii = families.indices.map { family in
          state.nearest[family].fill(UnsafeBufferPointer(distances), families[family].levels)
          return state.nearest[family].radii(upTo: families[family].levels[point])
        }
        state.found.append((point, radii))
      },
      merge: { state in
        for (point, radii) in state.found {
          for family in families.indices {
            result[family].radii[point] = radii[family].map { max($0, 0) }
          }
        }
      })
    return result
  }
}

/// The k nearest neighbours of one point among the points of each level.
private struct NearestByLevel {
  private var nearest: [SmallestNumbers]
  private var limits: [Float]

  init(_ setCount: Int, _ k: Int) {
    nearest = Array(repeating: SmallestNumbers(k), count: setCount + 1)
    limits = Array(repeating: .infinity, count: setCount + 1)
  }

  mutating func fill(_ distances: UnsafeBufferPointer<Float>, _ levels: [Int]) {
    for level in nearest.indices {
      nearest[level].removeAll()
      limits[level] = .infinity
    }
    levels.withUnsafeBufferPointer { levels in
      limits.withUnsafeMutableBufferPointer { limits in
        for index in 0..<distances.count where distances[index] < limits[levels[index]] {
          let level = levels[index]
          nearest[level].insert(distances[index])
          limits[level] = nearest[level].largest
        }
      }
    }
  }

  /// The distance to the k-th neighbour in each of the first `count` sets: a set holds the points of
  /// all levels above its number.
  func radii(upTo count: Int) -> [Float] {
    var merged = SmallestNumbers(nearest[0].numbers.count)
    var result = [Float](repeating: .infinity, count: nearest.count - 1)
    for set in result.indices.reversed() {
      for number in nearest[set + 1].numbers { merged.insert(number) }
      result[set] = merged.largest
    }
    return Array(result.prefix(count))
  }
}

/// The k smallest of the numbers put in, in ascending order; infinite until there are so many.
struct SmallestNumbers {
  private(set) var numbers: [Float]

  init(_ count: Int) {
    numbers = [Float](repeating: .infinity, count: count)
  }

  /// The largest of them, or infinity as long as there are fewer.
  var largest: Float { numbers[numbers.count - 1] }

  mutating func insert(_ number: Float) {
    guard number < largest else { return }
    var place = numbers.count - 1
    while place > 0 && numbers[place - 1] > number {
      numbers[place] = numbers[place - 1]
      place -= 1
    }
    numbers[place] = number
  }

  mutating func removeAll() {
    for index in numbers.indices { numbers[index] = .infinity }
  }
}
