import Tensors

/// Reference images and the balls around them, in each of their subsamples.
struct ReferenceManifold {
  let points: PointSet
  let subsamples: Subsamples
  let neighbors: NeighborCounts
  private let origin: [Float]
  /// Squared radii to the neighbours for precision and for density: [images, subsamples]. Negative
  /// where there is no ball, because the image is not in the subsample or that has too few.
  private(set) var precisionRadii: [Float]
  private(set) var densityRadii: [Float]
  /// The largest radius of each image's balls.
  private(set) var largestRadii: [Float]

  static let noBall = -Float.infinity

  /// The images are rows of `reference`, [images, features].
  init(_ reference: Tensor, subsamples: Subsamples, neighbors: NeighborCounts) {
    origin = reference.meanOfRows()
    points = PointSet(reference, origin: origin)
    self.subsamples = subsamples
    self.neighbors = neighbors
    let balls = [Float](repeating: Self.noBall, count: reference.rows * subsamples.count)
    (precisionRadii, densityRadii) = (balls, balls)
    largestRadii = [Float](repeating: Self.noBall, count: reference.rows)
    findRadii()
  }

  private mutating func findRadii() {
    let (subsamples, neighbors) = (subsamples, neighbors)
    points.forEachPoint(
      0..<points.count, distancesTo: points, slack: 0,
      makeState: { [(point: Int, subsample: Int, precision: Float, density: Float)]() },
      visit: { found, point, distances in
        distances[point] = .infinity
        var order = NeighborOrder(distances)
        subsamples.words[point].forEachBit { subsample in
          let precision = order.radius(
            toNeighbor: neighbors.precisionRecall, in: subsample, of: subsamples)
          let density = order.radius(
            toNeighbor: neighbors.densityCoverage, in: subsample, of: subsamples)
          found.append((point, subsample, precision ?? Self.noBall, density ?? Self.noBall))
        }
      },
      merge: { found in
        for (point, subsample, precision, density) in found {
          let place = point * subsamples.count + subsample
          (precisionRadii[place], densityRadii[place]) = (precision, density)
          largestRadii[point] = max(largestRadii[point], precision, density)
        }
      })
  }

  /// The figures of each set of each family of nested sets of samples, by subsample; one of the
  /// samples is compared with that of the reference that has its number.
  ///
  /// - Parameters:
  ///   - samples: all samples: [images, features].
  ///   - progress: called with the number of samples done.
  /// - Returns: figures by subsample, family and set.
  func figures(
    of samples: Tensor, subsamples chosen: Subsamples, families: [NestedSets],
    progress: (Int) -> Void = { _ in }
  ) -> [[[ManifoldFigures]]] {
    precondition(
      chosen.count == subsamples.count, "samples and reference have different subsamples")
    let set = PointSet(samples, origin: origin)
    let places = BallPlaces(families: families)
    var tally = ManifoldCounts(
      subsamples: subsamples.count, families: families, reference: points.count)
    // A few thousand samples at a time, because their balls in all subsamples and sets take room.
    for first in stride(from: 0, to: set.count, by: 2048) {
      let rows = first..<min(first + 2048, set.count)
      let balls = set.balls(
        of: rows, toNeighbor: neighbors.precisionRecall, subsamples: chosen, families: families,
        places: places)
      let empty = ManifoldCounts(
        subsamples: subsamples.count, families: families, reference: points.count)
      set.forEachPoint(
        rows, distancesTo: points, slack: PointSet.roundingSlack, makeState: { empty },
        visit: { state, sample, distances in
          state.add(
            sample, word: chosen.words[sample], distances: distances,
            balls: balls[sample - first], places: places, families: families, reference: self)
        },
        merge: { tally.merge($0) })
      progress(rows.upperBound)
    }
    return tally.figures(among: self)
  }
}

/// Where the radii of one sample's balls lie in an array: by subsample, then family, then set.
struct BallPlaces {
  /// The place of each family's first set.
  let families: [Int]
  /// How many radii a subsample has.
  let count: Int

  init(families: [NestedSets]) {
    var (places, count) = ([Int](), 0)
    for family in families {
      places.append(count)
      count += family.count
    }
    (self.families, self.count) = (places, count)
  }
}

extension PointSet {
  /// The squared radii of the balls of some points, which reach to the k-th neighbour within each set
  /// of each family and each subsample, at their `places`; negative where there is none.
  fileprivate func balls(
    of rows: Range<Int>, toNeighbor k: Int, subsamples: Subsamples, families: [NestedSets],
    places: BallPlaces
  ) -> [[Float]] {
    var balls = rows.map { _ in [Float]() }
    forEachPoint(
      rows, distancesTo: self, slack: 0, makeState: { [(row: Int, radii: [Float])]() },
      visit: { found, point, distances in
        distances[point] = .infinity
        var order = NeighborOrder(distances)
        var radii = [Float](
          repeating: ReferenceManifold.noBall, count: subsamples.count * places.count)
        subsamples.words[point].forEachBit { subsample in
          for (family, sets) in families.enumerated() {
            let place = subsample * places.count + places.families[family]
            order.forEachRadius(
              toNeighbor: k, in: subsample, of: subsamples, sets: sets, depth: sets.levels[point]
            ) { radii[place + $0] = $1 }
          }
        }
        found.append((point - rows.lowerBound, radii))
      },
      merge: { found in
        for (row, radii) in found { balls[row] = radii }
      })
    return balls
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
