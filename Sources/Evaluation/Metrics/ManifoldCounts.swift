/// Which samples and reference images lie in each other's balls, counted in each subsample: what
/// precision, recall, density and coverage are made of.
struct ManifoldCounts {
  /// The counts of one family of nested sets in one subsample.
  fileprivate struct Family {
    /// How many samples there are of each level, how many of them are in a precision ball, and in how
    /// many density balls they are together.
    var members: [Int], inside: [Int], balls: [Int]
    /// Of each reference image a bit for every set of which some ball contains it.
    var recallingSets: [UInt64]
    /// Of each reference image the highest level of the samples in its density ball.
    var deepestLevels: [UInt8]
  }

  /// By subsample and family.
  private var families: [[Family]]

  init(subsamples: Int, families: [NestedSets], reference count: Int) {
    let empty = families.map { sets in
      let levels = [Int](repeating: 0, count: sets.count + 1)
      return Family(
        members: levels, inside: levels, balls: levels,
        recallingSets: Array(repeating: 0, count: count),
        deepestLevels: Array(repeating: 0, count: count))
    }
    self.families = Array(repeating: empty, count: subsamples)
  }

  /// Adds a sample, the subsamples it is in, the squares of its distances to all reference images, and
  /// the radii of its own balls.
  mutating func add(
    _ sample: Int, word: UInt64, distances: UnsafeMutableBufferPointer<Float>, balls: [Float],
    places: BallPlaces, families sets: [NestedSets], reference: ReferenceManifold
  ) {
    let subsamples = families.count
    let largest = balls.max() ?? ReferenceManifold.noBall
    var (inside, ballCounts) = (UInt64(0), [Int](repeating: 0, count: subsamples))
    for image in distances.indices
    where distances[image] <= max(largest, reference.largestRadii[image]) {
      let distance = distances[image]
      (word & reference.subsamples.words[image]).forEachBit { subsample in
        let place = image * subsamples + subsample
        let isDense = distance <= reference.densityRadii[place]
        if isDense { ballCounts[subsample] += 1 }
        if distance <= reference.precisionRadii[place] { inside |= 1 << UInt64(subsample) }
        for family in sets.indices {
          let level = sets[family].levels[sample]
          let first = subsample * places.count + places.families[family]
          let reaching = setsReaching(distance, radii: balls[first..<first + level])
          if reaching != 0 { families[subsample][family].recallingSets[image] |= reaching }
          if isDense { families[subsample][family].deepen(image, to: level) }
        }
      }
    }
    word.forEachBit { subsample in
      for family in sets.indices {
        let level = sets[family].levels[sample]
        families[subsample][family].members[level] += 1
        families[subsample][family].inside[level] += Int(inside >> UInt64(subsample) & 1)
        families[subsample][family].balls[level] += ballCounts[subsample]
      }
    }
  }

  /// A bit for every set in which a sample's ball, which grows from set to set, reaches so far.
  private func setsReaching(_ distance: Float, radii: ArraySlice<Float>) -> UInt64 {
    var sets: UInt64 = 0
    for (set, radius) in radii.enumerated().reversed() where radius > ReferenceManifold.noBall {
      if radius < distance { break }
      sets |= 1 << UInt64(set)
    }
    return sets
  }

  /// Adds what was found about other samples.
  mutating func merge(_ other: ManifoldCounts) {
    for subsample in families.indices {
      for family in families[subsample].indices {
        families[subsample][family].merge(other.families[subsample][family])
      }
    }
  }

  /// The figures by subsample, family and set; nil where there are too few images to have neighbours.
  func figures(among reference: ReferenceManifold) -> [[[ManifoldFigures]]] {
    zip(families, reference.subsamples.sizes).map { families, size in
      families.map { $0.figures(amongImages: size, neighbors: reference.neighbors) }
    }
  }
}

extension ManifoldCounts.Family {
  fileprivate mutating func deepen(_ image: Int, to level: Int) {
    deepestLevels[image] = max(deepestLevels[image], UInt8(level))
  }

  fileprivate mutating func merge(_ other: Self) {
    for level in members.indices {
      members[level] += other.members[level]
      inside[level] += other.inside[level]
      balls[level] += other.balls[level]
    }
    for image in recallingSets.indices {
      recallingSets[image] |= other.recallingSets[image]
      deepestLevels[image] = max(deepestLevels[image], other.deepestLevels[image])
    }
  }

  fileprivate func figures(amongImages size: Int, neighbors: NeighborCounts) -> [ManifoldFigures] {
    (0..<members.count - 1).map { set in
      var figures = ManifoldFigures()
      func sum(_ counts: [Int]) -> Int { counts[(set + 1)...].reduce(0, +) }
      func fraction(_ part: Int, of whole: Int) -> Double { Double(part) / Double(whole) }
      let count = sum(members)
      if count > neighbors.precisionRecall {
        if size > neighbors.precisionRecall {
          figures.precision = fraction(sum(inside), of: count)
        }
        if size > 0 {
          figures.recall = fraction(
            recallingSets.count { $0 >> UInt64(set) & 1 == 1 }, of: size)
        }
      }
      if count > neighbors.densityCoverage, size > neighbors.densityCoverage {
        figures.density = fraction(sum(balls), of: count * neighbors.densityCoverage)
        figures.coverage = fraction(deepestLevels.count { $0 > set }, of: size)
      }
      return figures
    }
  }
}
