import Tensors

/// Reference images and the balls around them.
struct ReferenceManifold {
  private let points: PointSet
  private let origin: [Float]
  private let neighbors: NeighborCounts
  /// Squared radii to the neighbours for precision and for density; nil without so many neighbours.
  private let precisionRadii: [Float]?
  private let densityRadii: [Float]?

  /// The images are rows of `reference`, [images, features].
  init(_ reference: Tensor, rows: [Int], neighbors: NeighborCounts) {
    origin = reference.meanOfRows()
    points = PointSet(reference, rows: rows, origin: origin)
    self.neighbors = neighbors
    let counts = [neighbors.precisionRecall, neighbors.densityCoverage]
    let radii = points.radii(toNeighbors: counts)
    precisionRadii = rows.count > counts[0] ? radii[0] : nil
    densityRadii = rows.count > counts[1] ? radii[1] : nil
  }

  /// The figures of each set of each family of nested sets of samples; see `nestedManifoldFigures`.
  ///
  /// The samples are rows of `samples`, [images, features].
  func figures(of samples: Tensor, rows: [Int], families: [NestedSets]) -> [[ManifoldFigures]] {
    let set = PointSet(samples, rows: rows, origin: origin)
    let radii = set.radii(toNeighbor: neighbors.precisionRecall, in: families)
    let meetings = meetings(of: set, families: families, radii: radii)
    return families.indices.map { family in
      (0..<families[family].count).map { index in
        figures(families[family], index, meetings, meetings.families[family])
      }
    }
  }

  private func figures(
    _ sets: NestedSets, _ index: Int, _ meetings: Meetings, _ family: Meetings.Family
  ) -> ManifoldFigures {
    var figures = ManifoldFigures()
    let members = sets.levels.indices.filter { sets.levels[$0] > index }
    if members.count > neighbors.precisionRecall {
      if precisionRadii != nil {
        figures.precision = fraction(members.count { meetings.isInside[$0] }, of: members.count)
      }
      if points.count > 0 {
        figures.recall = fraction(
          family.recallingSets.count { $0 >> UInt64(index) & 1 == 1 }, of: points.count)
      }
    }
    if members.count > neighbors.densityCoverage, densityRadii != nil {
      let balls = members.reduce(0) { $0 + meetings.ballsAround[$1] }
      figures.density = fraction(balls, of: members.count * neighbors.densityCoverage)
      figures.coverage = fraction(family.deepestLevels.count { $0 > index }, of: points.count)
    }
    return figures
  }

  private func meetings(
    of samples: PointSet, families: [NestedSets], radii: [NestedRadii]
  ) -> Meetings {
    // Without balls nothing is inside.
    let none = [Float](repeating: -.infinity, count: points.count)
    let (precisionRadii, densityRadii) = (precisionRadii ?? none, densityRadii ?? none)
    var all = Meetings(
      isInside: Array(repeating: false, count: samples.count),
      ballsAround: Array(repeating: 0, count: samples.count),
      families: families.map { _ in
        .init(
          recallingSets: Array(repeating: 0, count: points.count),
          deepestLevels: Array(repeating: 0, count: points.count))
      })
    let empty = all
    samples.forEachPoint(
      distancesTo: points, slack: PointSet.roundingSlack, makeState: { empty },
      visit: { state, sample, distances in
        for index in distances.indices where distances[index] <= densityRadii[index] {
          state.ballsAround[sample] += 1
          for family in families.indices {
            let level = families[family].levels[sample]
            state.families[family].deepestLevels[index] = max(
              state.families[family].deepestLevels[index], level)
          }
        }
        state.isInside[sample] = distances.indices.contains {
          distances[$0] <= precisionRadii[$0]
        }
        for family in families.indices {
          let own = radii[family].radii(of: sample)
          let largest = own.last { $0 < .infinity } ?? -.infinity
          for index in distances.indices where distances[index] <= largest {
            state.families[family].recallingSets[index] |= setsReaching(
              distances[index], radii: own)
          }
        }
      },
      merge: { all.merge($0) })
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

/// What all pairs of a sample and a reference image have to say.
private struct Meetings {
  /// What hangs on the sets that the sample is in.
  struct Family {
    /// Of each reference image: a bit for every set of which some ball contains it.
    var recallingSets: [UInt64]
    /// Of each reference image: the highest level of the samples in its density ball.
    var deepestLevels: [Int]
  }

  /// Of each sample: whether it is in a precision ball.
  var isInside: [Bool]
  /// Of each sample: how many density balls it is in.
  var ballsAround: [Int]
  var families: [Family]

  /// Adds what another thread has found about other samples.
  mutating func merge(_ part: Meetings) {
    for index in isInside.indices {
      ballsAround[index] += part.ballsAround[index]
      if part.isInside[index] { isInside[index] = true }
    }
    for family in families.indices {
      let found = part.families[family]
      for index in found.recallingSets.indices {
        families[family].recallingSets[index] |= found.recallingSets[index]
        families[family].deepestLevels[index] = max(
          families[family].deepestLevels[index], found.deepestLevels[index])
      }
    }
  }
}

extension Tensor {
  /// The mean of all rows: [channels].
  fileprivate func meanOfRows() -> [Float] {
    var sums = [Double](repeating: 0, count: channels)
    for row in 0..<rows {
      for c in sums.indices { sums[c] += Double(buffer[row * channels + c]) }
    }
    return sums.map { Float($0 / Double(max(rows, 1))) }
  }
}
