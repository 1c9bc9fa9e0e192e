import Tensors

/// Reference images and the balls around them, in each of their parts.
struct ReferenceManifold {
  let points: PointSet
  let parts: Parts
  let neighbors: NeighborCounts
  private let origin: [Float]
  /// Squared radii to the neighbours for precision and for density: [images, parts]. Negative where
  /// there is no ball, because the image is not in the part or the part has too few.
  private(set) var precisionRadii: [Float]
  private(set) var densityRadii: [Float]
  /// The largest radius of each image's balls.
  private(set) var largestRadii: [Float]

  static let noBall = -Float.infinity

  /// The images are rows of `reference`, [images, features].
  init(_ reference: Tensor, parts: Parts, neighbors: NeighborCounts) {
    origin = reference.meanOfRows()
    points = PointSet(reference, origin: origin)
    self.parts = parts
    self.neighbors = neighbors
    let balls = [Float](repeating: Self.noBall, count: reference.rows * parts.count)
    (precisionRadii, densityRadii) = (balls, balls)
    largestRadii = [Float](repeating: Self.noBall, count: reference.rows)
    findRadii()
  }

  private mutating func findRadii() {
    let (parts, neighbors) = (parts, neighbors)
    points.forEachPoint(
      0..<points.count, distancesTo: points, slack: 0,
      makeState: { [(point: Int, part: Int, precision: Float, density: Float)]() },
      visit: { found, point, distances in
        distances[point] = .infinity
        var order = NeighborOrder(distances)
        parts.words[point].forEachBit { part in
          let precision = order.radius(toNeighbor: neighbors.precisionRecall, in: part, of: parts)
          let density = order.radius(toNeighbor: neighbors.densityCoverage, in: part, of: parts)
          found.append((point, part, precision ?? Self.noBall, density ?? Self.noBall))
        }
      },
      merge: { found in
        for (point, part, precision, density) in found {
          let place = point * parts.count + part
          (precisionRadii[place], densityRadii[place]) = (precision, density)
          largestRadii[point] = max(largestRadii[point], precision, density)
        }
      })
  }

  /// The figures of each set of each family of nested sets of samples, part by part; a part of the
  /// samples is compared with the part of the reference that has its number.
  ///
  /// - Parameters:
  ///   - samples: all samples: [images, features].
  ///   - progress: called with the number of samples done.
  /// - Returns: figures by part, family and set.
  func figures(
    of samples: Tensor, parts sampleParts: Parts, families: [NestedSets],
    progress: (Int) -> Void = { _ in }
  ) -> [[[ManifoldFigures]]] {
    precondition(sampleParts.count == parts.count, "samples and reference have different parts")
    let set = PointSet(samples, origin: origin)
    let places = BallPlaces(families: families)
    var tally = MeetingTally(parts: parts.count, families: families, reference: points.count)
    // A few thousand samples at a time, because their balls in all parts and sets take room.
    for first in stride(from: 0, to: set.count, by: 2048) {
      let rows = first..<min(first + 2048, set.count)
      let balls = set.balls(
        of: rows, toNeighbor: neighbors.precisionRecall, parts: sampleParts, families: families,
        places: places)
      let empty = MeetingTally(parts: parts.count, families: families, reference: points.count)
      set.forEachPoint(
        rows, distancesTo: points, slack: PointSet.roundingSlack, makeState: { empty },
        visit: { state, sample, distances in
          state.add(
            sample, word: sampleParts.words[sample], distances: distances,
            balls: balls[sample - first], places: places, families: families, reference: self)
        },
        merge: { tally.merge($0) })
      progress(rows.upperBound)
    }
    return tally.figures(among: self)
  }
}

/// Where the radii of one sample's balls lie in an array: by part, then family, then set.
struct BallPlaces {
  /// The place of each family's first set.
  let families: [Int]
  /// How many radii a part has.
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
  /// of each family and each part, at their `places`; negative where there is none.
  fileprivate func balls(
    of rows: Range<Int>, toNeighbor k: Int, parts: Parts, families: [NestedSets],
    places: BallPlaces
  ) -> [[Float]] {
    var balls = rows.map { _ in [Float]() }
    forEachPoint(
      rows, distancesTo: self, slack: 0, makeState: { [(row: Int, radii: [Float])]() },
      visit: { found, point, distances in
        distances[point] = .infinity
        var order = NeighborOrder(distances)
        var radii = [Float](
          repeating: ReferenceManifold.noBall, count: parts.count * places.count)
        parts.words[point].forEachBit { part in
          for (family, sets) in families.enumerated() {
            let place = part * places.count + places.families[family]
            order.forEachRadius(
              toNeighbor: k, in: part, of: parts, sets: sets, depth: sets.levels[point]
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
