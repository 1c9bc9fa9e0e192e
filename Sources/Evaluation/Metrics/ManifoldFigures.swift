import Tensors

/// How a set of samples lies among reference images, by balls around each image that reach to its k-th
/// nearest neighbour of its own set. Nil where there are too few images to have k neighbours.
public struct ManifoldFigures: Hashable, Sendable {
  /// The fraction of samples inside some ball of the reference: how many are realistic
  /// (arXiv 1904.06991).
  public var precision: Double?
  /// The fraction of the reference inside some ball of the samples: how much of it they can show
  /// (arXiv 1904.06991).
  public var recall: Double?
  /// The mean over samples of the number of reference balls they are in, per k; may exceed 1
  /// (arXiv 2002.09797).
  public var density: Double?
  /// The fraction of reference balls with a sample in them (arXiv 2002.09797).
  public var coverage: Double?

  /// The figures of `samples`, [images, features], among `reference`, [images, features].
  public init(of samples: Tensor, among reference: Tensor, neighbors: NeighborCounts = .standard) {
    self =
      nestedManifoldFigures(
        samples: samples, levels: Array(repeating: 1, count: samples.rows), setCount: 1,
        reference: reference, neighbors: neighbors)[0]
  }

  init() {}
}

/// Which neighbour a ball reaches to.
public struct NeighborCounts: Codable, Hashable, Sendable {
  /// For precision and recall; at least 1.
  public var precisionRecall: Int
  /// For density and coverage; at least 1.
  public var densityCoverage: Int

  /// Balls to the given neighbours.
  public init(precisionRecall: Int, densityCoverage: Int) {
    self.precisionRecall = precisionRecall
    self.densityCoverage = densityCoverage
  }

  /// The numbers of the two papers: 3 and 5.
  public static let standard = NeighborCounts(precisionRecall: 3, densityCoverage: 5)
}

/// The figures of several sets of samples of which each contains the next.
///
/// All sets together cost hardly more than the largest: each pair of images is looked at once.
/// Distances are computed in single precision; those that rounding cannot tell from a ball's radius
/// count as inside.
///
/// - Parameters:
///   - samples: all samples: [images, features].
///   - levels: of each sample, how many of the sets it is in: those before this number.
///   - setCount: how many sets there are, 1 to 64.
///   - reference: what they are compared with: [images, features].
public func nestedManifoldFigures(
  samples: Tensor, levels: [Int], setCount: Int, reference: Tensor, neighbors: NeighborCounts
) -> [ManifoldFigures] {
  ReferenceManifold(reference, rows: Array(0..<reference.rows), neighbors: neighbors).figures(
    of: samples, rows: Array(0..<samples.rows), levels: levels, setCount: setCount)
}

/// Reference images and the radii of their balls.
struct ReferenceManifold {
  private let points: PointSet
  private let origin: [Float]
  private let neighbors: NeighborCounts
  /// Squared radii to the neighbours for precision and for density; nil without so many neighbours.
  private let precisionRadii: [Float]?
  private let densityRadii: [Float]?

  /// The images are rows of `reference`, [images, features].
  init(_ reference: Tensor, rows: [Int], neighbors: NeighborCounts) {
    let origin = reference.meanOfRows()
    let points = PointSet(reference, rows: rows, origin: origin)
    func radii(_ k: Int) -> [Float]? {
      guard rows.count > k else { return nil }
      return nestedRadii(
        of: points, levels: Array(repeating: 1, count: rows.count), setCount: 1, neighbor: k)
    }
    self.origin = origin
    self.points = points
    self.neighbors = neighbors
    precisionRadii = radii(neighbors.precisionRecall)
    densityRadii = radii(neighbors.densityCoverage)
  }

  /// The figures of nested sets of samples; see `nestedManifoldFigures`.
  func figures(
    of samples: Tensor, rows: [Int], levels: [Int], setCount: Int
  ) -> [ManifoldFigures] {
    precondition((1...64).contains(setCount), "1 to 64 sets, not \(setCount)")
    let set = PointSet(samples, rows: rows, origin: origin)
    let sizes = (0..<setCount).map { index in levels.count { $0 > index } }
    let counts = meetings(
      of: set, levels: levels, setCount: setCount,
      radii: nestedRadii(
        of: set, levels: levels, setCount: setCount, neighbor: neighbors.precisionRecall))
    return (0..<setCount).map { index in
      var figures = ManifoldFigures()
      let members = levels.indices.filter { levels[$0] > index }
      if sizes[index] > neighbors.precisionRecall {
        if precisionRadii != nil {
          figures.precision = fraction(members.count { counts.isInside[$0] }, of: members.count)
        }
        figures.recall = fraction(
          counts.recallingSets.count { $0 >> UInt64(index) & 1 == 1 }, of: points.count)
      }
      if sizes[index] > neighbors.densityCoverage, densityRadii != nil {
        let balls = members.reduce(0) { $0 + counts.ballsAround[$1] }
        figures.density = fraction(balls, of: members.count * neighbors.densityCoverage)
        figures.coverage = fraction(counts.deepestLevels.count { $0 > index }, of: points.count)
      }
      return figures
    }
  }

  /// What all pairs of a sample and a reference image have to say.
  private struct Meetings {
    /// Of each sample: whether it is in a precision ball.
    var isInside: [Bool]
    /// Of each sample: how many density balls it is in.
    var ballsAround: [Int]
    /// Of each reference image: a bit for every set of which some ball contains it.
    var recallingSets: [UInt64]
    /// Of each reference image: the highest level of the samples in its density ball.
    var deepestLevels: [Int]
  }

  private func meetings(
    of samples: PointSet, levels: [Int], setCount: Int, radii: [Float]
  ) -> Meetings {
    // Without balls nothing is inside.
    let none = [Float](repeating: -.infinity, count: points.count)
    let (precisionRadii, densityRadii) = (precisionRadii ?? none, densityRadii ?? none)
    var all = Meetings(
      isInside: Array(repeating: false, count: samples.count),
      ballsAround: Array(repeating: 0, count: samples.count),
      recallingSets: Array(repeating: 0, count: points.count),
      deepestLevels: Array(repeating: 0, count: points.count))
    let empty = all
    samples.forEachPoint(
      distancesTo: points, slack: PointSet.roundingSlack, makeState: { empty },
      visit: { state, sample, distances in
        let level = levels[sample]
        guard level > 0 else { return }
        let own = radii[sample * setCount..<sample * setCount + level]
        let strictest = own.last { $0 < .infinity } ?? -.infinity
        var (balls, isInside) = (0, false)
        for index in distances.indices {
          let distance = distances[index]
          if distance <= densityRadii[index] {
            balls += 1
            state.deepestLevels[index] = max(state.deepestLevels[index], level)
          }
          if distance <= precisionRadii[index] { isInside = true }
          if distance <= strictest {
            state.recallingSets[index] |= setsReaching(distance, radii: own)
          }
        }
        state.ballsAround[sample] = balls
        state.isInside[sample] = isInside
      },
      merge: { part in
        for index in samples.points.rowIndices {
          all.ballsAround[index] += part.ballsAround[index]
          if part.isInside[index] { all.isInside[index] = true }
        }
        for index in points.points.rowIndices {
          all.recallingSets[index] |= part.recallingSets[index]
          all.deepestLevels[index] = max(all.deepestLevels[index], part.deepestLevels[index])
        }
      })
    return all
  }

  /// A bit for every set in which a sample's ball, which grows from set to set, has at least the radius
  /// `distance`; infinite balls are of sets too small to have neighbours.
  private func setsReaching(_ distance: Float, radii: ArraySlice<Float>) -> UInt64 {
    var sets: UInt64 = 0
    for (index, radius) in radii.enumerated() where radius >= distance && radius < .infinity {
      sets |= 1 << UInt64(index)
    }
    return sets
  }

  private func fraction(_ part: Int, of whole: Int) -> Double { Double(part) / Double(whole) }
}

/// The square of each point's distance to its k-th neighbour within each nested set it is in:
/// [points, sets]; infinite where the set is too small or does not contain the point.
private func nestedRadii(
  of points: PointSet, levels: [Int], setCount: Int, neighbor k: Int
) -> [Float] {
  var radii = [Float](repeating: .infinity, count: points.count * setCount)
  points.forEachPoint(
    distancesTo: points, slack: 0,
    makeState: { (radii: [(point: Int, radii: [Float])](), nearest: NearestByLevel(setCount, k)) },
    visit: { state, point, distances in
      guard levels[point] > 0 else { return }
      distances[point] = .infinity
      state.nearest.fill(distances, levels)
      state.radii.append((point, state.nearest.radii(upTo: levels[point])))
    },
    merge: { state in
      for (point, own) in state.radii {
        for (set, radius) in own.enumerated() {
          // Rounding must not make a radius of no length imaginary.
          radii[point * setCount + set] = max(radius, 0)
        }
      }
    })
  return radii
}

/// The k nearest neighbours of one point among the points of each level.
private struct NearestByLevel {
  private var nearest: [SmallestNumbers]
  private var limits: [Float]

  init(_ setCount: Int, _ k: Int) {
    nearest = Array(repeating: SmallestNumbers(k), count: setCount + 1)
    limits = Array(repeating: .infinity, count: setCount + 1)
  }

  mutating func fill(_ distances: UnsafeMutableBufferPointer<Float>, _ levels: [Int]) {
    for level in nearest.indices {
      nearest[level].removeAll()
      limits[level] = .infinity
    }
    for index in distances.indices {
      let (distance, level) = (distances[index], levels[index])
      if distance < limits[level] {
        nearest[level].insert(distance)
        limits[level] = nearest[level].largest
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

extension Tensor {
  fileprivate var rowIndices: Range<Int> { 0..<rows }

  /// The mean of all rows: [channels].
  fileprivate func meanOfRows() -> [Float] {
    var sums = [Double](repeating: 0, count: channels)
    for row in rowIndices {
      for c in sums.indices { sums[c] += Double(buffer[row * channels + c]) }
    }
    return sums.map { Float($0 / Double(max(rows, 1))) }
  }
}
